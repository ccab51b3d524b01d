#!/usr/bin/env node
// Starts the program that npm installed for this platform, and gets out of its way.
//
// Arguments, stdin, stdout, stderr, signals and the exit code are the program's own: where node can become another program it does,
// elsewhere it waits beside it and passes signals on. Nothing is downloaded or written, and nothing runs when this is installed.
'use strict';

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const tty = require('node:tty');
const own = require('./package.json');

const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGBREAK'];
const FROM_THE_KEYBOARD = ['SIGINT', 'SIGQUIT'];
const windows = process.platform === 'win32';

// Which C library runs this node: the loader is named within the first page of an ELF file.
function libc() {
  const head = Buffer.alloc(4096);
  const file = fs.openSync(process.execPath, 'r');
  try {
    fs.readSync(file, head, 0, head.length, 0);
  } finally {
    fs.closeSync(file);
  }
  return head.includes('/ld-musl-') ? 'musl' : 'gnu';
}

// Packages that would do here, best first: a musl program is static and runs everywhere.
function candidates() {
  const base = `@runpod-mcp/${process.platform}-${process.arch}`;
  if (process.platform !== 'linux') return [base];
  return libc() === 'musl' ? [`${base}-musl`] : [`${base}-gnu`, `${base}-musl`];
}

function installed(name) {
  try {
    const folder = path.dirname(require.resolve(`${name}/package.json`));
    return path.join(folder, 'bin', windows ? 'runpod-mcp.exe' : 'runpod-mcp');
  } catch {
    return undefined;
  }
}

function explain(names) {
  const version = own.version;
  const made = names.filter((name) => name in own.optionalDependencies);
  if (made.length > 0) {
    return `the program for this platform is not installed: npm left out ${made.join(' and ')}.
Optional packages are needed: install again without --omit=optional and --no-optional, or add it by name:
  npm install ${made[0]}@${version}
A node_modules folder or a lock file that was made on another platform has the same effect: remove it, then install again.`;
  }
  const platforms = Object.keys(own.optionalDependencies).map((name) => name.slice(name.indexOf('/') + 1));
  return `there is no program for ${process.platform}-${process.arch}; there are ${platforms.join(', ')}.
With a Rust toolchain it can be built here:
  cargo install --git ${own.homepage} --tag v${version} runpod-mcp`;
}

function fail(message) {
  process.stderr.write(`runpod-mcp: ${message}\n`);
  process.exitCode = 1;
}

// Whoever presses Ctrl-C reaches the program directly, being its terminal; said twice, it would count twice.
function heardAlready(signal) {
  return windows || (FROM_THE_KEYBOARD.includes(signal) && tty.isatty(0));
}

function end(code, signal) {
  for (const name of PASSED_ON) process.removeAllListeners(name);
  if (signal === null) {
    process.exitCode = code;
    return;
  }
  // What waits for us is to see the end that the program had.
  process.exitCode = 128 + os.constants.signals[signal];
  process.kill(process.pid, signal);
}

// Since node 22.15, and not on Windows: no second process for as long as the server runs. Comes back only where it is not possible.
function become(program, args, env) {
  if (windows || !process.execve) return;
  try {
    process.execve(program, [program, ...args], env);
  } catch {
    // The other way says what is wrong.
  }
}

function stayBeside(program, args, env) {
  const child = spawn(program, args, { stdio: 'inherit', env, windowsHide: true });
  for (const signal of PASSED_ON) {
    process.on(signal, () => heardAlready(signal) || child.kill(signal));
  }
  child.on('error', (error) => fail(`${program} does not start: ${error.message}`));
  child.on('exit', end);
}

function start() {
  const names = candidates();
  const program = names.map(installed).find((file) => file !== undefined);
  if (program === undefined) return fail(explain(names));
  try {
    fs.accessSync(program, fs.constants.X_OK);
  } catch (error) {
    return fail(`${program} cannot be run: ${error.message}`);
  }
  const args = process.argv.slice(2);
  // From this, `add` knows what to write into a client's file: not the path of a cache that npm will empty.
  const env = { ...process.env, RUNPOD_MCP_PACKAGE: `${own.name}@${own.version}` };
  become(program, args, env);
  stayBeside(program, args, env);
}

start();
