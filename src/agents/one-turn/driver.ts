import { firstLine } from '../../../words/first-line.ts';
import type { JsonObject } from '../../domain/json-object.ts';
import { activityWords, maxShown } from '../activity-words.ts';
import type { AgentSettings } from '../agent-settings.ts';
import { actsUnasked } from '../acts-unasked.ts';
import { programOf } from '../detect-program.ts';
import type { AgentConversation, AgentDriver, AgentLaunch } from '../driver.ts';
import { parseLine, typeOf } from '../json-line.ts';
import type { Said } from '../said.ts';
import type { OneTurnProtocol } from './protocol.ts';

/** Stands before a text that the agent would run as a command of its own. */
const noCommand = 'This is a message, not a command:\n\n';

const wordsOf = ({ activity, words }: Said): string | null => (words !== undefined ? words : activity && activityWords(activity));

const conversation = (protocol: OneTurnProtocol, launch: AgentLaunch): AgentConversation => {
  const reader = protocol.reader(launch);
  return {
    greeting: null,
    isOpen: true,
    read: (line) => {
      const parsed = parseLine(line);
      if (parsed === null) return { jsonType: null, signals: [] };
      const jsonType = typeOf(parsed);
      return { jsonType, signals: reader.take(jsonType, parsed) };
    },
    // The input is the message and nothing else: its end is the message's.
    userMessage: (text) => `${protocol.isCommand?.(text) === true ? noCommand : ''}${text.endsWith('\n') ? text : `${text}\n`}`,
    answerMessage: () => null,
    interruptMessage: () => null,
    get usage() {
      return reader.usage;
    },
  };
};

const explainSilence = (protocol: OneTurnProtocol, lastLine: string | null): string => {
  if (lastLine === null)
    return 'it has not begun. Likely a sign-in waits for somebody, or the network hangs: run it in the worktree, as the same user, to see which';
  const line = parseLine(lastLine);
  const tool = line === null ? undefined : protocol.said(line).find(({ activity }) => activity?.kind === 'tool')?.activity?.tool;
  return tool
    ? `its tool ${firstLine(tool.name, 100)} has not ended; it may be working on something long, or hang`
    : 'the model may think long, or it works on something long, or hangs: else check the network and the proxy settings';
};

/** The driver of an agent that works one turn a process: what is said to it later, its next process is told, which goes on with its session. */
export const oneTurnDriver =
  (protocol: OneTurnProtocol) =>
  (settings: AgentSettings): AgentDriver => {
    const program = programOf(settings);
    const saidBy = (line: JsonObject | null): Said[] => (line === null ? [] : protocol.said(line));
    return {
      name: settings.name,
      takesMessagesInTurn: false,
      takesReasons: false,
      endsWithInput: true,
      hasOneTurn: true,
      ...(protocol.interruptSignal !== null && { interruptSignal: protocol.interruptSignal }),
      ...(protocol.countsSession && { countsSession: true }),
      ...(protocol.tellsNoCost && { tellsNoCost: true }),
      detect: () => program.detect(),
      // None of them can be asked without a call of its API.
      whyNotSignedIn: () => Promise.resolve(null),
      refusedEffort: () => Promise.resolve(protocol.takesNoEffort ?? null),
      command: (launch) => {
        const ownEnv = { ...settings.inheritedEnv, ...settings.env };
        const { env, ...brought } = (launch.mcp && protocol.servers?.(launch.mcp, ownEnv)) ?? {};
        return {
          command: program.path(),
          args: [...settings.args, ...protocol.args(launch, actsUnasked(launch, settings))],
          env: { ...settings.env, ...env },
          ...brought,
          // There is nobody whom it could ask.
          actsUnasked: true,
        };
      },
      converse: (launch) => conversation(protocol, launch),
      fits: () => false,
      activities: (line) => saidBy(parseLine(line)).flatMap(({ activity }) => activity ?? []),
      readable: (line) => {
        const parsed = parseLine(line);
        if (parsed === null) return firstLine(line, 5 * maxShown) || null;
        const words = saidBy(parsed)
          .map(wordsOf)
          .filter((each) => each !== null);
        return words.length === 0 ? null : words.join('\n');
      },
      explainSilence: (lastLine) => explainSilence(protocol, lastLine),
      explainFailure: (message) => protocol.explainFailure(message),
    };
  };
