/**
 * What raw `node:http` makes of the same bytes: a GET of /file has the file piped to it, one of /stream waits until a GET of /go writes the
 * file's bytes to all who wait, in pieces, to each as fast as it reads. Prints its port.
 */
import { createReadStream, readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';

const file = process.argv[2] ?? '';
const pieceBytes = 64 * 1024;
const waiting = new Set<ServerResponse>();

const writeAll = (response: ServerResponse, bytes: Buffer): void => {
  let at = 0;
  const more = (): void => {
    while (at < bytes.length) {
      const goesOn = response.write(bytes.subarray(at, at + pieceBytes));
      at += pieceBytes;
      if (!goesOn && at < bytes.length) {
        response.once('drain', more);
        return;
      }
    }
    response.end();
  };
  more();
};

const server = createServer((request, response) => {
  if (request.url === '/file') createReadStream(file).pipe(response);
  else if (request.url === '/stream') {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(': waits\n\n');
    waiting.add(response);
  } else {
    response.end();
    const bytes = readFileSync(file);
    for (const each of waiting) writeAll(each, bytes);
    waiting.clear();
  }
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`);
});
