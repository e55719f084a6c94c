// People who talk: teams in their chat room, and a player with support.
import { minutes, type Scene, type Story, say, wait } from "./story.js";
import { type Player, players } from "./venue.js";

const talks: readonly (readonly string[])[] = [
  ["Who is in tonight?", "Me!", "Me too, but I need a racket.", "I have two.", "See you there."],
  ["Running five minutes late.", "We will warm up.", "Order me a lime soda, please.", "Done."],
  ["Rematch?", "Only if we switch sides.", "Deal.", "Loser buys the shuttles.", "As always."],
  ["Is parking free after six?", "Yes, at the back.", "Great, thanks."],
  ["Good game!", "That last rally …", "I want a video of it.", "Same time next week?", "Booked."],
];

/** Three players talk. The first one of the centre is in every second room. */
export function* conversation(scene: Scene): Story {
  const { random } = scene;
  const roomId = scene.newId("team");
  const subject = `chat:${roomId}`;
  const people = chooseTeam(scene);
  yield say("chat.room_opened", subject, { roomId, title: "Team room" });
  for (const { id } of people) {
    yield say("chat.participant_added", subject, { roomId, accountId: id });
  }
  for (const [index, body] of random.pick(talks).entries()) {
    const sender = people[index % people.length] as Player;
    yield wait(random.between(0.7, 4) * minutes);
    const messageId = scene.newId("m");
    const message = { roomId, messageId, senderId: sender.id, body };
    yield say("chat.message_posted", subject, message, { by: sender.id });
    const reader = people[(index + 1) % people.length] as Player;
    yield wait(random.between(0.3, 1) * minutes);
    const read = { roomId, messageId, accountId: reader.id };
    yield say("chat.read_up_to", subject, read, { by: reader.id });
  }
}

function chooseTeam({ random }: Scene): Player[] {
  const team = new Set<Player>();
  if (random.chance(0.6)) team.add(players[0] as Player);
  while (team.size < 3) team.add(random.pick(players));
  return [...team];
}

/** A player asks support, and gets an answer. */
export function* inquiry(scene: Scene): Story {
  const ticketId = scene.newId("t");
  const subject = `ticket:${ticketId}`;
  const accountId = scene.random.pick(players).id;
  const ids = { ticketId, accountId };
  const question = { ...ids, category: "LOST_PROPERTY", priority: "NORMAL" };
  yield say("ticket.opened", subject, question, { by: accountId });
  yield wait(4 * minutes);
  yield say("ticket.assigned", subject, { ...ids, assigneeId: "care_lena" });
  yield wait(6 * minutes);
  const answer = "Your bottle is at the front desk.";
  yield say("ticket.replied", subject, { ...ids, body: answer }, { by: "care_lena" });
  yield wait(5 * minutes);
  yield say("ticket.closed", subject, ids, { by: accountId });
}
