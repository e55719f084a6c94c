// Notifications: created, sent to the phone, shown there, and sometimes read.
import { minutes, type Scene, type Story, say, wait } from "./story.js";

export interface Note {
  kind: string;
  title: string;
  body: string;
  bookingId?: string;
}

/** Begins a notification. The calling story goes on at once. */
export function notify(scene: Scene, accountId: string, note: Note): void {
  scene.play((own) => tell(own, accountId, note));
}

function* tell(scene: Scene, accountId: string, note: Note): Story {
  const { random } = scene;
  const notificationId = scene.newId("n");
  const subject = `notification:${notificationId}`;
  const ids = { notificationId, accountId };
  yield say("notification.created", subject, { ...ids, ...note });
  yield wait(random.between(0.1, 0.3) * minutes);
  const push = { ...ids, channel: "PUSH", attempt: 1 } as const;
  yield say("notification.dispatched", subject, push);
  yield wait(random.between(0.2, 1) * minutes);
  if (random.chance(0.06)) {
    yield say("notification.failed", subject, push);
    return;
  }
  yield say("notification.delivered", subject, push);
  if (random.chance(0.4)) return;
  yield wait(random.between(1, 9) * minutes);
  yield say("notification.read", subject, ids, { by: accountId });
}
