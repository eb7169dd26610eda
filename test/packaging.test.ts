/** What runs makima as a service leaves the agents alone, waits as long as the daemon takes, and says the same everywhere. */
import { execFile, spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { loadConfig } from '../src/config/config.ts';
import { longestStop } from '../src/main/serve.ts';
import { scratch } from './support/daemon.ts';
import { parsePlist } from './support/property-list.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const longestSeconds = longestStop(loadConfig({}, { homedir: '/nowhere' }).config) / 1000;
const units = ['packaging/systemd/makima.service', 'packaging/systemd/makima@.service'];

/** The settings of a unit, as `Section.Key`. One that is given twice is a mistake in these. */
const settingsOf = (text: string): Record<string, string> => {
  const settings: Record<string, string> = {};
  let section = '';
  for (const line of text.split('\n')) {
    const [, heading] = /^\[(\w+)\]$/.exec(line) ?? [];
    const [, key, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
    if (heading !== undefined) section = heading;
    else if (key !== undefined && value !== undefined) {
      if (Object.hasOwn(settings, `${section}.${key}`)) throw new Error(`${key} is there twice`);
      settings[`${section}.${key}`] = value;
    } else if (!/^(#.*)?$/.test(line)) throw new Error(`no line of a unit: ${line}`);
  }
  return settings;
};

/** What a stop of the service would take from agents that go on, or what would hold for them too. */
const takesFromAgents =
  /\.(PrivateTmp|RuntimeDirectory|DynamicUser|RemoveIPC|PrivateMounts|Protect\w+|Restrict\w+|NoNewPrivileges|SystemCallFilter|FinalKillSignal|ExecStop\w*|OOMScoreAdjust|SendSIGHUP)$/;

for (const unit of units) {
  void t.test(`${unit} ends the daemon and leaves its agents`, (t) => {
    const settings = settingsOf(read(unit));
    t.match(settings, {
      'Service.Type': 'exec',
      'Service.ExecStart': '/usr/bin/env makima serve',
      'Service.KillMode': 'process',
      'Service.Delegate': 'yes',
      'Service.OOMPolicy': 'continue',
      'Service.Restart': 'on-failure',
    });
    t.match(settings['Service.TimeoutStopSec'], /^\d+$/);
    t.ok(Number(settings['Service.TimeoutStopSec']) > longestSeconds, `the daemon is waited for: ${longestSeconds} s`);
    t.strictSame(
      Object.keys(settings).filter((key) => takesFromAgents.test(key)),
      [],
    );
    t.end();
  });
}

void t.test('both units are one, but for whose they are', (t) => {
  const [user = {}, system = {}] = units.map((unit) => settingsOf(read(unit)));
  const differ = Object.keys({ ...user, ...system }).filter((key) => user[key] !== system[key]);
  t.strictSame(differ.sort(), [
    'Install.WantedBy',
    'Service.Environment',
    'Service.EnvironmentFile',
    'Service.User',
    'Service.WorkingDirectory',
    'Unit.After',
    'Unit.Description',
    'Unit.Wants',
  ]);
  t.end();
});

const skip = spawnSync('systemd-analyze', ['--version']).status === 0 ? false : 'there is no systemd-analyze here';
void t.test('systemd knows every setting of the units', { skip }, async (t) => {
  const run = promisify(execFile);
  const env = { ...process.env, XDG_RUNTIME_DIR: scratch(t) };
  for (const [unit, manager] of [
    [units[0] ?? '', '--user'],
    [units[1] ?? '', '--system'],
  ] as const) {
    const { stdout, stderr } = await run('systemd-analyze', ['verify', manager, '--man=no', join(root, unit)], { env });
    // What it says of other units of this machine is not about ours.
    const said = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('makima'));
    t.strictSame(said, [], unit);
  }
});

void t.test('the property list is well-formed, leaves the agents, and waits as long as the daemon takes', (t) => {
  const text = read('packaging/launchd/makima.plist');
  const list = parsePlist(text);
  t.match(list, { Label: 'makima', AbandonProcessGroup: true, KeepAlive: { SuccessfulExit: false }, ProcessType: 'Interactive' });
  t.ok(typeof list === 'object' && !Array.isArray(list) && Number(list['ExitTimeOut']) > longestSeconds);
  t.match(list, { ProgramArguments: ['/bin/sh', '-c', /^exec makima serve >>"\$HOME\/\S+" 2>&1$/] });
  t.throws(() => parsePlist(text.replace('</dict>', '')));
  t.throws(() => parsePlist(text.replace('&gt;&gt;', '&gt &gt;')));
  t.throws(() => parsePlist(text.replace('<true/>', '<true>')));
  t.end();
});

void t.test('in a container a process 1 buries orphans, nobody is root, and a stop stops the agents', (t) => {
  const lines = read('packaging/container/Containerfile').split('\n');
  const ofKind = (kind: string): string[] => lines.filter((line) => line.startsWith(`${kind} `));
  t.match(ofKind('ENTRYPOINT'), [/tini/]);
  t.strictSame(ofKind('USER'), ['USER node']);
  t.strictSame(ofKind('VOLUME'), ['VOLUME /home/node']);
  t.strictSame(ofKind('CMD'), ['CMD ["makima", "serve"]']);
  t.ok(lines.some((line) => /^\s+MAKIMA_STOP_AGENTS=true/.test(line)));
  t.end();
});

void t.test('every setting that is named for users is one', (t) => {
  const files = [...globSync(['packaging/**/*', 'docs/**/*.md'], { cwd: root, withFileTypes: true })]
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const texts = [...files, join(root, 'README.md'), join(root, 'CONTRIBUTING.md')].map((path) => readFileSync(path, 'utf8'));
  const names = new Set(texts.join('\n').match(/\bMAKIMA_[A-Z_]*[A-Z]\b/g));
  // Agents find these in their environment, and what MAKIMA_NOTIFY names finds the others.
  for (const name of names) if (/^MAKIMA_(?:ORCHESTRATE|RUN_ID|MESSAGE|EVENT_\w+|TASK_\w+)$/.test(name)) names.delete(name);
  t.ok(names.size > 10, 'settings were found');
  const { warnings } = loadConfig(Object.fromEntries([...names].map((name) => [name, ''])), { homedir: '/nowhere' });
  t.strictSame(warnings, []);
  t.end();
});
