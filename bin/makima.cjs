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
/** Of each part its sources and what is built of them: what one command needs, no other loads. */
var parts = {
  daemon: { source: 'src/main/serve.ts', built: 'serve.cjs' },
  doctor: { source: 'src/main/examine.ts', built: 'doctor.cjs' },
  command: { source: 'clients/cli/main.ts', built: 'cli.cjs' },
};
var isClone = fs.existsSync(path.join(root, parts.daemon.source));

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

var load = function (part) {
  return Promise.resolve().then(function () {
    return isClone ? import(url.pathToFileURL(path.join(root, part.source)).href) : require(path.join(root, 'dist', part.built));
  });
};

var serve = function (args) {
  return load(parts.daemon).then(function (daemon) {
    return daemon.serve(args);
  });
};

/** What the command is handed, which knows nothing of the daemon but its API. */
var launcher = {
  version: about.version,
  root: root,
  self: [process.execPath, path.join(__dirname, 'makima.cjs')],
  examine: function (env) {
    return load(parts.doctor).then(function (doctor) {
      return doctor.examine(env);
    });
  },
};

var command = function (args) {
  return load(parts.command).then(function (client) {
    return client.run(args, launcher);
  });
};

var isHelp = function (arg) {
  return arg === '--help' || arg === '-h';
};

var main = function (args) {
  if (args[0] === '--version' || args[0] === '-v') {
    process.stdout.write(about.version + '\n');
    return;
  }
  if (isOldNode())
    fail('It needs Node ' + neededNode.join('.') + ' or later, and ' + process.execPath + ' is ' + process.version + '. ' + newerNode());
  var cache = compileCache();
  if (cache !== null) nodeModule.enableCompileCache(cache);
  var running = args[0] === 'serve' && !args.some(isHelp) ? serve(args.slice(1)) : command(args);
  running
    .then(function () {
      nodeModule.flushCompileCache();
    })
    .catch(function (error) {
      if (isClone && error.code === 'ERR_MODULE_NOT_FOUND')
        fail('Not all of its packages are installed. Run `npm ci --include=dev` in ' + root + ' and try again. (' + error.message + ')');
      fail(error.stack);
    });
};

main(process.argv.slice(2));
