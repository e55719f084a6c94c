const url = 'ws://127.0.0.1:8080/v1/ws', channels = ['user:42'];
const token = async () => undefined;                  // with access control: fetch one from your backend
const handle = (event) => console.log(event.sequence, event.type);
let after, wait = 500;                                // the position to go on from; the longest pause
function connect() {
  const socket = new WebSocket(url, 'courtside.v1.json');
  const send = (message) => socket.send(JSON.stringify(message));
  const login = (type) => token().then((token) => send({ type, id: 2, token }), lost);
  let heartbeat = 25_000, live = false, silence;
  const lost = ({ code, reason } = {}) => {
    if (!socket.onclose) return;                      // it was noticed before
    clearTimeout(silence);
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
    if (code >= 4400 && ![4401, 4408, 4429].includes(code)) return console.log('refused', code, reason);
    setTimeout(connect, wait * Math.random());        // back-off with full jitter
    wait = Math.min(2 * wait, 30_000);
  };
  const heard = () => { clearTimeout(silence); silence = setTimeout(lost, 2 * heartbeat); };
  socket.onopen = () => login('hello');
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data), { type, event } = message;
    heartbeat = message.heartbeat ?? heartbeat;
    heard();
    if (type === 'welcome') send({ type: 'subscribe', id: 1, sub: 1, channels, from: after ? { after } : 'now' });
    if (type === 'expiring') login('refresh');
    if (type === 'live' || type === 'behind') live = type === 'live';
    if (type === 'live') console.log('live');
    if (type === 'gap') console.log('gap', message.from, message.to);   // read the state anew
    if (type === 'error' || type === 'unsubscribed') console.log(type, message.code, message.message);
    if (type === 'error' && message.retryable) lost();
    if (type === 'event') handle(event);
    if (type === 'subscribed') [after, wait] = [message.after, 500];    // also if no event ever comes
    if (type === 'gap') after = message.to;
    if (type === 'event' || (live && (type === 'live' || type === 'progress'))) after = message.position;
  };
  socket.onclose = lost;
  socket.onerror = () => {};                                            // `close` follows
  heard();
}
connect();
