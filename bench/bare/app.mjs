// A bare Fastify app, in JavaScript: reading types is no part of its start. It says where it listens.
import process from 'node:process';
import Fastify from 'fastify';

const app = Fastify();
app.get('/', (_request, reply) => reply.send({ status: 'ok' }));
process.stdout.write(`${await app.listen({ host: '127.0.0.1', port: 0 })}\n`);
