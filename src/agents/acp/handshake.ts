import type { InitializeRequest, NewSessionRequest, LoadSessionRequest, ResumeSessionRequest } from '@agentclientprotocol/sdk';
import type { JsonObject } from '../../domain/json-object.ts';
import { version } from '../../version.ts';
import type { AgentLaunch } from '../driver.ts';
import { fieldAt, objectAt, objectsAt, stringAt } from '../json-line.ts';
import type { RpcError, RpcMessage } from '../json-rpc.ts';
import { settingsOf, type Setting } from './choices.ts';
import { mcpServersOf } from './mcp-servers.ts';
import { authRequired, request } from './wire.ts';

type Response = RpcMessage & { kind: 'response' };

/** What an answer of the agent's means while it is greeted: something to be said next, a session, or that there is none, and why. */
export type HandshakeStep = { say: string; id: string } | { sessionId: string } | { failed: string };

/** From the greeting to a session that takes messages. */
export interface Handshake {
  readonly greeting: string;
  /** It goes on with a session and tells what was said in that: nothing of it is new. */
  readonly isReplaying: boolean;
  /** @returns null where the answer is to nothing that was asked, or there is more to come */
  take(answer: Response): HandshakeStep | null;
  /** The agent tells something of its session. @param kind - of the update. @returns as above */
  hear(kind: string): HandshakeStep | null;
}

/** The version of the protocol that is spoken here. */
const protocolVersion = 1;
/** A UUID in practice; anything much longer is no session that could be gone on with. */
const maxSessionIdLength = 500;

const greeting = (): string => {
  const params: InitializeRequest = {
    protocolVersion,
    // What works in a worktree has a file system and commands of its own.
    clientCapabilities: { fs: { readTextFile: false, writeTextFile: false }, terminal: false, elicitation: { form: {} } },
    clientInfo: { name: 'makima', title: 'makima', version },
  };
  return request('initialize', 'initialize', params);
};

const can = (agent: JsonObject, ...path: string[]): boolean => {
  const parts: unknown = path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? fieldAt({ ...at }, key) : undefined),
    objectAt(agent, 'agentCapabilities') ?? {},
  );
  return parts === true || (typeof parts === 'object' && parts !== null);
};

/** A way of signing in that needs nobody: by a key that is there, such as `gemini-api-key` for GEMINI_API_KEY. Another one may open a browser. */
const keyMethod = (agent: JsonObject, hasVariable: (name: string) => boolean): string | null =>
  objectsAt(agent, 'authMethods', 50)
    .map((each) => stringAt(each, 'id') ?? '')
    .find((id) => /key$/i.test(id) && hasVariable(id.toUpperCase().replace(/[^A-Z0-9]+/g, '_'))) ?? null;

/**
 * gemini (0.61) answers a load before it has told all of the session, and is done with that when it tells its commands. What is told in between
 * is no less of an earlier run, and a prompt would fall into it.
 */
const repliesEarly = (agent: JsonObject): boolean => stringAt(objectAt(agent, 'agentInfo') ?? {}, 'name') === 'gemini-cli';
const lastOfReplay = 'available_commands_update';

const signInWords = (agent: JsonObject, error: RpcError): string => {
  const methods = objectsAt(agent, 'authMethods', 50)
    .map((each) => stringAt(each, 'name') ?? stringAt(each, 'id'))
    .filter((each) => each !== null);
  const how = methods.length === 0 ? '' : ` (it knows: ${methods.join(', ').slice(0, 1000)})`;
  return `The agent is not signed in: ${error.words}${how}`;
};

/**
 * @param how.actsUnasked - the agent is to ask nobody
 * @param how.hasVariable - whether its environment has a variable
 */
export const acpHandshake = (
  launch: AgentLaunch,
  { actsUnasked, hasVariable }: { actsUnasked: boolean; hasVariable: (name: string) => boolean },
): Handshake => {
  const { cwd, session } = launch;
  let agent: JsonObject = {};
  let isReplaying = false;
  let hasSignedIn = false;
  let sessionId: string | null = null;
  let settings: readonly Setting[] = [];
  /** What the session was begun with, where it is still told what was in it. */
  let begunWith: JsonObject | null = null;
  /** What was asked and has no answer yet: an agent that answers twice is heard once. */
  const open = new Set(['initialize']);
  const say = (id: string, bytes: string): HandshakeStep => {
    open.add(id);
    return { id, say: bytes };
  };

  const openSession = (id: string): HandshakeStep => {
    const mcpServers = mcpServersOf(launch, agent);
    if (session === null) {
      const params: NewSessionRequest = { cwd, mcpServers };
      return say(id, request(id, 'session/new', params));
    }
    // Going on without a word is better than being told all of it again.
    if (can(agent, 'sessionCapabilities', 'resume')) {
      const params: ResumeSessionRequest = { sessionId: session, cwd, mcpServers };
      return say(id, request(id, 'session/resume', params));
    }
    if (!can(agent, 'loadSession')) return { failed: 'The agent cannot go on with an earlier session, only begin a new one' };
    const params: LoadSessionRequest = { sessionId: session, cwd, mcpServers };
    isReplaying = true;
    return say(id, request(id, 'session/load', params));
  };

  const initialized = ({ result, error }: Response): HandshakeStep => {
    if (error !== null) return { failed: `The agent refused to begin: ${error.words}` };
    const spoken = fieldAt(result, 'protocolVersion');
    if (spoken !== protocolVersion && spoken !== undefined)
      return {
        failed: `The agent speaks version ${typeof spoken === 'object' ? 'of no number' : JSON.stringify(spoken).slice(0, 40)} of the Agent Client Protocol, and makima version ${protocolVersion}`,
      };
    agent = result;
    return openSession('session');
  };

  const opened = ({ result, error }: Response): HandshakeStep | null => {
    if (error === null && isReplaying && repliesEarly(agent)) {
      begunWith = result;
      return null;
    }
    isReplaying = false;
    if (error !== null) {
      const method = error.code === authRequired && !hasSignedIn ? keyMethod(agent, hasVariable) : null;
      if (method !== null) return say('authenticate', request('authenticate', 'authenticate', { methodId: method }));
      if (error.code === authRequired) return { failed: signInWords(agent, error) };
      return {
        failed:
          session === null
            ? `The agent began no session: ${error.words}`
            : `The agent's session ${session} cannot be gone on with: ${error.words}`,
      };
    }
    return begunBy(result);
  };

  const begunBy = (result: JsonObject): HandshakeStep => {
    sessionId = session ?? stringAt(result, 'sessionId');
    if (sessionId === null || sessionId === '' || sessionId.length > maxSessionIdLength)
      return { failed: 'The agent began a session without saying by which name' };
    const found = settingsOf(result, sessionId, launch, actsUnasked);
    if (typeof found === 'string') return { failed: found };
    settings = found;
    for (const { id } of settings) open.add(id);
    return settings.length === 0 ? { sessionId } : { id: 'settings', say: settings.map(({ bytes }) => bytes).join('') };
  };

  const hasSet = ({ id, error }: Response): HandshakeStep | null => {
    const wanted = settings.find((each) => each.id === id)?.wanted ?? null;
    if (error !== null && wanted !== null) return { failed: `The agent did not take ${wanted}: ${error.words}` };
    return open.size === 0 && sessionId !== null ? { sessionId } : null;
  };

  return {
    greeting: greeting(),
    get isReplaying() {
      return isReplaying;
    },
    take(answer) {
      if (!open.delete(answer.id)) return null;
      switch (answer.id) {
        case 'initialize':
          return initialized(answer);
        case 'session':
        case 'session again':
          return opened(answer);
        case 'authenticate':
          hasSignedIn = true;
          return answer.error === null ? openSession('session again') : { failed: signInWords(agent, answer.error) };
        default:
          return hasSet(answer);
      }
    },
    hear(kind) {
      if (begunWith === null || kind !== lastOfReplay) return null;
      const result = begunWith;
      begunWith = null;
      isReplaying = false;
      return begunBy(result);
    },
  };
};
