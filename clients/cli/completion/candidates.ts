import type { Command } from 'commander';
import type { ListedTask } from '../../typescript/index.ts';
import { endedStates, openStates } from '../output/states.ts';
import { withinLine } from '../output/plain.ts';
import { readWords, type Wanted } from './read-words.ts';

/** What may stand there, and what is said of it. */
export interface Candidate {
  value: string;
  about: string;
}

/** Candidates, or what the shell completes by itself. */
export interface Completions {
  candidates: Candidate[];
  files: 'files' | 'directories' | null;
}

type Status = ListedTask['status'];
/** Of which tasks a command can do something; of all where it is not named. */
const fitting: Readonly<Record<string, readonly Status[]>> = {
  stop: openStates.filter((status) => status !== 'pending'),
  pause: ['running'],
  resume: ['paused'],
  message: [...openStates.filter((status) => status !== 'pending'), ...endedStates],
  attach: openStates,
  start: ['pending', ...endedStates],
  complete: endedStates,
};
const valuesOf: Readonly<Record<string, 'tasks' | 'files' | 'directories'>> = {
  'continue-from': 'tasks',
  'depends-on': 'tasks',
  parent: 'tasks',
  task: 'tasks',
  subtask: 'tasks',
  file: 'files',
  repo: 'directories',
  'target-repo': 'directories',
  home: 'directories',
  directory: 'directories',
};
const filters = ['status=', 'name=', 'agent=', 'parent='];

const fits = ({ value }: Candidate, current: string): boolean => value.startsWith(current);

/** A task by its name where that says which it is, else by the start of its id; and by the id for who types that. */
const ofTasks = (tasks: readonly ListedTask[], current: string): Candidate[] => {
  const counts = new Map<string, number>();
  for (const { name } of tasks) counts.set(name, (counts.get(name) ?? 0) + 1);
  return tasks.flatMap(({ id, name, status }) => {
    const byId = { value: id.slice(0, 8), about: `${status}, ${withinLine(name)}` };
    const isPlain = withinLine(name) === name && !name.startsWith('-');
    const byName = isPlain && counts.get(name) === 1 ? [{ value: name, about: status }] : [byId];
    return current !== '' && byId.value.startsWith(current) ? [byId] : byName;
  });
};

const ofOptions = (command: Command): Candidate[] => {
  const found: Candidate[] = [];
  for (let at: Command | null = command; at !== null; at = at.parent)
    for (const { long, hidden, description } of at.options)
      if (!hidden && long !== undefined) found.push({ value: long, about: description });
  return [...found, { value: '--help', about: 'say what there is to type' }];
};

const ofCommands = (command: Command): Candidate[] =>
  command
    .createHelp()
    .visibleCommands(command)
    .map((each) => ({ value: each.name(), about: each.description() }));

const plainOnes = (values: readonly string[]): Candidate[] => values.map((value) => ({ value, about: '' }));

/**
 * What may stand where the cursor is.
 * @param words - behind `makima`; the last is the one that is being typed, and may be empty
 * @param tasks - asked for tasks where one can be named
 */
export const completionsOf = async (
  program: Command,
  words: readonly string[],
  tasks: () => Promise<ListedTask[]>,
): Promise<Completions> => {
  const current = words.at(-1) ?? '';
  const all: Candidate[] = [];
  let files: Completions['files'] = null;
  const add = async (wanted: Wanted): Promise<void> => {
    if (wanted.kind === 'option') return void all.push(...ofOptions(wanted.command));
    if (wanted.kind === 'command') return void all.push(...ofCommands(wanted.command));
    const name = wanted.of.name();
    if (wanted.of.argChoices !== undefined) return void all.push(...plainOnes(wanted.of.argChoices));
    if (name === 'filter')
      return void all.push(
        ...plainOnes(current.startsWith('status=') ? [...openStates, ...endedStates].map((status) => `status=${status}`) : filters),
      );
    if (wanted.kind === 'argument' && wanted.command.name() === 'help') return void all.push(...ofCommands(program));
    const what = valuesOf[name];
    if (what === 'files' || what === 'directories') files = what;
    if (what !== 'tasks') return;
    const ofCommand = wanted.kind === 'argument' ? fitting[wanted.command.name()] : undefined;
    const known = await tasks();
    all.push(...ofTasks(ofCommand === undefined ? known : known.filter(({ status }) => ofCommand.includes(status)), current));
  };
  for (const wanted of readWords(program, words.slice(0, -1), current)) await add(wanted);
  return { candidates: all.filter((candidate) => fits(candidate, current)), files };
};
