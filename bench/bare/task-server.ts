/**
 * Bare Fastify in a process of its own, for what the daemon's answers are held against: the same JSON from memory, and a task that is
 * stored in one transaction. It says where it listens.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import Fastify from 'fastify';

const [answerFile, databaseFile] = process.argv.slice(2);
const app = Fastify();
if (answerFile !== undefined && answerFile !== '') {
  const answer: unknown = JSON.parse(readFileSync(answerFile, 'utf8'));
  app.get('*', (_request, reply) => reply.send(answer));
}
if (databaseFile !== undefined) {
  const database = new DatabaseSync(databaseFile);
  database.exec('pragma journal_mode = wal; pragma synchronous = full; create table tasks (id text primary key, task text not null)');
  const insert = database.prepare('insert into tasks values (?, ?)');
  app.post('*', (request, reply) => {
    const task = { id: randomUUID(), ...Object(request.body) };
    database.exec('begin');
    insert.run(task.id, JSON.stringify(task));
    database.exec('commit');
    return reply.code(201).send(task);
  });
}
process.stdout.write(`${await app.listen({ host: '127.0.0.1', port: 0 })}\n`);
