// Opens a daemon's WebSocket as a page does and has one command answered: node open-websocket.mjs <url> <file of the token>.
import { readFileSync } from 'node:fs';

const [, , url = '', tokenFile = ''] = process.argv;
const token = Buffer.from(readFileSync(tokenFile, 'utf8').trim()).toString('base64url');
const socket = new WebSocket(`${url.replace('http', 'ws')}/api/v1/mesh/ws`, ['makima.v1', `makima.token.${token}`]);
socket.onmessage = ({ data }) => {
  const { type, exists } = JSON.parse(data);
  if (type === 'authenticated') socket.send(JSON.stringify({ type: 'checkTargetExists', requestId: 1, targetDir: '/' }));
  else process.exit(type === 'checkTargetExistsResult' && exists === true ? 0 : 1);
};
socket.onclose = () => process.exit(1);
