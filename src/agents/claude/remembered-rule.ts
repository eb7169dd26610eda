import { lstatSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, normalize } from 'node:path';
import type { JsonObject } from '../../domain/json-object.ts';
import { isMissing } from '../../files/failure.ts';
import type { AgentRequest, AgentRule } from '../driver.ts';
import { fieldAt, objectsAt, stringAt } from '../json-line.ts';
import { canonical } from '../very-input.ts';

type Rule = AgentRule & { input: Readonly<Record<string, unknown>> | null };

/** claude suggests one to five; the bound is for what is none of claude's. */
const maxSuggestions = 20;
const maxRuleLength = 2000;
const editing: ReadonlySet<string> = new Set(['Edit', 'Write', 'MultiEdit', 'NotebookEdit']);
/** Where it works, as a rule has it. */
const here = './';

/** What of an input is said beside what is done. */
const remarks: ReadonlySet<string> = new Set(['description', 'timeout']);

const essence = ({ tool, input }: { tool: string; input: JsonObject }): string =>
  canonical(tool === 'Bash' ? Object.fromEntries(Object.entries(input).filter(([name]) => !remarks.has(name))) : input);

/** A text in quotes in which the shell replaces nothing. */
const quoted = /'[^'\n]*'|"[^"$`\\!\n]*"/g;
/**
 * Whether the shell runs one program of it and nothing else: no further command, no redirection, nothing that is replaced. claude takes
 * longer ones apart; what is not plain here is asked again.
 */
const isOneCommand = (command: string): boolean => /^[\w@%+=:,./~^ -]*$/.test(command.replace(quoted, 'x'));

const fitsCommand = (rule: string, { input }: AgentRequest): boolean => {
  const command = stringAt(input, 'command');
  // A field that this version does not know may change what is done.
  const isPlain = Object.keys(input).every((name) => name === 'command' || name === 'run_in_background' || remarks.has(name));
  if (command === null || !isPlain) return false;
  if (!rule.includes('*')) return command === rule;
  const [, start] = /^([^*]*[^*: ])(?: |:)\*$/.exec(rule) ?? [];
  return start !== undefined && isOneCommand(command) && (command === start || command.startsWith(`${start} `));
};

const fitsUrl = (rule: string, { input }: AgentRequest): boolean => {
  const [, host] = /^domain:([\w.-]+)$/.exec(rule) ?? [];
  const url = stringAt(input, 'url');
  return (
    host !== undefined && url !== null && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol) && new URL(url).hostname === host
  );
};

const pathOf = (input: JsonObject): string | null => {
  const path = stringAt(input, 'file_path') ?? stringAt(input, 'notebook_path') ?? stringAt(input, 'path');
  return path !== null && isAbsolute(path) && normalize(path) === path ? path : null;
};

const isThere = (path: string): boolean => {
  try {
    lstatSync(path);
    return true;
  } catch (error) {
    return !isMissing(error);
  }
};

/** Where a file is that is there, or would be made; null where that cannot be told, as of a link that leads to nothing yet. */
const realPath = (path: string): string | null => {
  try {
    return realpathSync.native(path);
  } catch (error) {
    if (!isMissing(error) || isThere(path) || path === dirname(path)) return null;
    const folder = realPath(dirname(path));
    return folder && join(folder, basename(path));
  }
};

const isBelow = (path: string, folder: string, isHere: boolean): boolean =>
  path.startsWith(folder) && !(isHere && path.slice(folder.length - 1).includes('/.'));

/**
 * `//etc/**` is all below /etc, `./**` all below where the agent works but what begins with a dot: that is what agents and git are set up by. A link
 * of the repository's own may lead out of there, and to those: it is looked at where the file is, too.
 */
const fitsPath = (rule: string, { input, cwd }: AgentRequest): boolean => {
  const path = pathOf(input);
  const [, folder] = /^(.*\/)\*\*$/.exec(rule) ?? [];
  if (path === null || folder === undefined || /[*?[\]{}]/.test(folder)) return false;
  const isHere = folder === here;
  if (!isHere && !(folder.startsWith('//') && folder.length > 2)) return false;
  if (isHere && (cwd === undefined || !isAbsolute(cwd))) return false;
  const root = isHere ? join(cwd ?? '', '/') : folder.slice(1);
  if (!isBelow(path, root, isHere)) return false;
  const [itself, place] = [realPath(path), realPath(root)];
  return itself !== null && place !== null && isBelow(itself, join(place, '/'), isHere);
};

/**
 * Whether a request of claude's is one that a rule is for, in claude's own spelling: `git add *`, `domain:example.com`, `//etc/**`. A rule
 * for edits is for all tools that edit. What is spelled otherwise fits nothing.
 */
export const fits = ({ tool, rule, input }: Rule, request: AgentRequest): boolean => {
  if (request.isDelicate === true) return false;
  if (rule === null) return input !== null && tool === request.tool && essence({ tool, input }) === essence(request);
  if (tool === 'Edit') return editing.has(request.tool) && fitsPath(rule, request);
  if (tool !== request.tool) return false;
  if (tool === 'Bash') return fitsCommand(rule, request);
  if (tool === 'WebFetch') return fitsUrl(rule, request);
  return rule === '*' ? tool.startsWith('mcp__') : fitsPath(rule, request);
};

const rulesOf = (suggestion: JsonObject): AgentRule[] =>
  stringAt(suggestion, 'behavior') !== 'allow'
    ? []
    : objectsAt(suggestion, 'rules', maxSuggestions).flatMap((each) => {
        const [tool, content] = [stringAt(each, 'toolName'), stringAt(each, 'ruleContent')];
        return tool === null ? [] : [{ tool, rule: content ?? '*' }];
      });

/** That claude would take edits unasked is, here, a rule for the directories of which the request is one. */
const editRules = (all: readonly JsonObject[]): AgentRule[] => {
  const directories = all.flatMap((each) => {
    const named = stringAt(each, 'type') === 'addDirectories' ? fieldAt(each, 'directories') : [];
    return Array.isArray(named)
      ? named.slice(0, maxSuggestions).filter((path): path is string => typeof path === 'string' && isAbsolute(path))
      : [];
  });
  return [`${here}**`, ...directories.map((path) => `/${join(path, '/')}**`)].map((rule) => ({ tool: 'Edit', rule }));
};

/**
 * What could be decided with a request once and for all: what claude suggests, where this fits the request as it is read here, else
 * this very input. None of what is delicate.
 * @param asked - the `request` of its line
 */
export const suggestedRules = (asked: JsonObject, request: AgentRequest): AgentRule[] => {
  if (request.isDelicate === true) return [];
  const all = objectsAt(asked, 'permission_suggestions', maxSuggestions);
  const isEdit = editing.has(request.tool) && all.some((each) => stringAt(each, 'mode') === 'acceptEdits');
  const found = [...all.filter((each) => stringAt(each, 'type') === 'addRules').flatMap(rulesOf), ...(isEdit ? editRules(all) : [])];
  const fitting = found.filter((each) => (each.rule?.length ?? 0) <= maxRuleLength && fits({ ...each, input: null }, request));
  // A command itself, in claude's spelling, is that very input.
  const wider = fitting.filter(({ tool, rule }) => !(tool === 'Bash' && rule === stringAt(request.input, 'command')));
  return wider.length > 0 ? wider.slice(0, maxSuggestions) : [{ tool: request.tool, rule: null }];
};
