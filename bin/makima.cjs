#!/usr/bin/env node
'use strict';
/*
 * The command `makima`. It is written in what any Node reads, also one that is too old for makima, and loads nothing before it
 * has looked: else a user meets a syntax error, a missing export or an unknown file extension. In a clone it runs the sources,
 * in an installed package, which has none, what was built of them.
 */
var fs = require('fs');
var os = require('os');
var path = require('path');
var url = require('url');
var nodeModule = require('module');
var about = require('../package.json');

var root = path.join(__dirname, '..');
var sources = path.join(root, 'src', 'main', 'serve.ts');
var isClone = fs.existsSync(sources);

var help = [
  'Usage: makima <command>',
  '',
  '  makima serve           Run the daemon here, until a signal ends it. Its agents go on and are taken up at the next start.',
  '  makima serve --adopt   Run it on a home that was copied, and make that a home of its own.',
  '  makima --version       Say which version this is.',
  '  makima --help          Say this.',
  '',
  'It is set up by environment variables (MAKIMA_HOME, MAKIMA_PORT and others) or by ~/.makima/config.json: see "Settings" in',
  path.join(root, 'README.md') + '.',
  '',
].join('\n');

/** Ends the process with what is wrong and what to do. */
var fail = function (message) {
  process.stderr.write('makima: ' + message + '\n');
  process.exit(1);
};

/** What package.json asks for, such as `>=22.18`, as [22, 18]. */
var neededNode = /(\d+)\.(\d+)/.exec(about.engines.node).slice(1).map(Number);

var isOldNode = function () {
  var found = process.versions.node.split('.').map(Number);
  return found[0] < neededNode[0] || (found[0] === neededNode[0] && found[1] < neededNode[1]);
};

/** What to do about a Node that is too old. A clone brings its own, which npm puts first on the path of its scripts. */
var newerNode = function () {
  var own = path.join(root, 'node_modules', 'node');
  if (!isClone) return 'Install a newer one (https://nodejs.org, or your version manager: nvm install 24), and then makima with its npm.';
  if (fs.existsSync(path.join(own, 'bin', 'node')))
    return 'Run `npm start` in ' + root + ', which takes the Node that was installed there.';
  if (fs.existsSync(own))
    return (
      'A clone brings a newer one with it, but npm did not put it in place: it runs no install scripts here (ignore-scripts). Run\n' +
      '  npm rebuild node --ignore-scripts=false\n' +
      'in ' +
      root +
      ' and try again, or install a newer Node.'
    );
  return 'A clone brings a newer one with it: run `npm ci --include=dev` in ' + root + ' and then `npm start`, or install a newer Node.';
};

/** Where compiled code is kept, which is half of a start; null where there is no such place. Where it cannot be written, Node goes on without. */
var compileCache = function () {
  if (isClone) return path.join(root, 'node_modules', '.cache', 'compile');
  try {
    var given = process.env.XDG_CACHE_HOME || '';
    var usual = path.join(os.homedir(), process.platform === 'darwin' ? 'Library/Caches' : '.cache');
    return path.join(path.isAbsolute(given) ? given : usual, 'makima', 'compile');
  } catch {
    // Nobody knows of a home here.
    return null;
  }
};

var serve = function (args) {
  if (isOldNode())
    fail('It needs Node ' + neededNode.join('.') + ' or later, and ' + process.execPath + ' is ' + process.version + '. ' + newerNode());
  var cache = compileCache();
  if (cache !== null) nodeModule.enableCompileCache(cache);
  Promise.resolve()
    .then(function () {
      return isClone ? import(url.pathToFileURL(sources).href) : require('../dist/serve.cjs');
    })
    .then(function (daemon) {
      return daemon.serve(args);
    })
    .then(function () {
      nodeModule.flushCompileCache();
    })
    .catch(function (error) {
      if (isClone && error.code === 'ERR_MODULE_NOT_FOUND')
        fail('Not all of its packages are installed. Run `npm ci --include=dev` in ' + root + ' and try again. (' + error.message + ')');
      fail(error.stack);
    });
};

var main = function (args) {
  var command = args[0];
  if (command === '--version' || command === '-v') process.stdout.write(about.version + '\n');
  else if (args.indexOf('--help') >= 0 || args.indexOf('-h') >= 0 || command === 'help') process.stdout.write(help);
  else if (command === 'serve') serve(args.slice(1));
  else if (command === undefined) fail('It needs a command.\n\n' + help);
  else fail(JSON.stringify(command) + ' is no command of makima.\n\n' + help);
};

main(process.argv.slice(2));
