// SPDX-License-Identifier: MIT
// Reports made by hand, and pages that sockdrill makes of reports.
'use strict';

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { open } = require('./browser.js');

const sockdrill = process.env.SOCKDRILL;
// The heading of what a page draws of its connections.
const CONNECTIONS = 'What was sent, how it was cut, what came back';
const VERDICTS = [
  'pass',
  'fail',
  'error',
  'crash',
  'hang',
  'leak',
  'diverged',
  'flaky',
  'skipped',
  'expected-fail',
  'unexpected-pass',
];

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'drill-html-'));
process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));

function hex(text) {
  return Buffer.from(text, 'latin1').toString('hex');
}

// A stream as reports keep it; `hash` need not be the true one here, but equal for equal streams.
function stream(text, more = {}) {
  const kept = text.slice(0, 256);
  const hash = Buffer.from(text.slice(0, 16).padEnd(16, '.'), 'latin1').toString('hex');
  return { length: text.length, hash, hex: hex(kept), ...more };
}

function excerpt(text, offset = 0, length = offset + text.length) {
  return { length, hash: stream(text).hash, offset, hex: hex(text) };
}

function client(name, sent, received, end = null) {
  return { name, sent: stream(sent), received: stream(received), end };
}

function session(name, received, sizes, end = 'stopped') {
  return { name, bytes_received: received.length, received: stream(received), recv_sizes: sizes, end };
}

// One that passed; `more` changes or adds members.
function result(id, more = {}) {
  return {
    id,
    hash: '0123456789abcdef0123456789abcdef',
    title: `The title of ${id}`,
    tags: ['tcp'],
    plugin: { name: 'uppercase', version: '1' },
    world: 'both',
    worlds: { sim: 'pass', kernel: 'pass' },
    seed: 1,
    verdict: 'pass',
    steps: [
      { step: '/steps/0', runs: 1, verdict: 'pass' },
      { step: '/steps/1', runs: 1, verdict: 'pass' },
    ],
    clients: [client('client', 'hello', 'HELLO')],
    sessions: [session('client', 'hello', [[5, 1]])],
    ...more,
  };
}

// One that failed: sent in two pieces, answered whole, another answer expected.
function failed(id, more = {}) {
  return result(id, {
    worlds: { sim: 'fail', kernel: 'fail' },
    verdict: 'fail',
    steps: [
      { step: '/steps/0', runs: 1, verdict: 'pass', what: 'connect' },
      { step: '/steps/1', runs: 1, verdict: 'pass', what: 'send "hello, world\\n" (13 bytes), cut at 5' },
      { step: '/steps/2', runs: 0, verdict: 'fail', what: 'expect "HELLO, World\\n" (13 bytes)' },
    ],
    clients: [client('client', 'hello, world\n', 'HELLO, WORLD\n')],
    sessions: [
      session('client', 'hello, world\n', [
        [5, 1],
        [8, 1],
      ]),
    ],
    failure: {
      step: '/steps/2',
      iteration: [],
      sentence: 'expect: byte 8 differs from what was expected',
      expected: excerpt('HELLO, World\n'),
      actual: excerpt('HELLO, WORLD\n'),
    },
    replay: `sockdrill run --filter '${id}' --seed 1`,
    ...more,
  });
}

function moved(text) {
  return { length: text.length, hex: hex(text) };
}

// The story of `failed`, with an injected fault and the clock moving.
function story() {
  const at = (ns, event) => ({ at_ns: ns, ...event });
  return {
    omitted: 0,
    events: [
      at(0, { who: 'server', event: 'socket', transport: 'tcp', family: 'ipv4', result: 0 }),
      at(0, { who: 'server', event: 'listen', backlog: 5, result: 0 }),
      at(0, { step: '/steps/0' }),
      at(0, { who: 'client', event: 'connect', error: 'EINPROGRESS' }),
      at(0, { who: 'server', event: 'accept', result: 0, from: 'client' }),
      at(0, { step: '/steps/1' }),
      at(0, { who: 'client', event: 'send', size: 5, result: 5, data: moved('hello') }),
      at(0, { who: 'server:client', event: 'recv', size: 1024, result: 5, data: moved('hello') }),
      at(0, { who: 'server:client', event: 'send', size: 5, result: 5, data: moved('HELLO') }),
      at(0, { who: 'client', event: 'recv', size: 4096, result: 5, data: moved('HELLO') }),
      at(1024000000, { who: 'client', event: 'send', size: 8, result: 8, data: moved(', world\n') }),
      at(1024000000, { who: 'server:client', event: 'recv', size: 1024, error: 'EINTR', fault: true }),
      at(1024000000, {
        who: 'server:client',
        event: 'recv',
        size: 1024,
        result: 8,
        data: moved(', world\n'),
      }),
      at(1024000000, { who: 'server:client', event: 'send', size: 8, result: 8, data: moved(', WORLD\n') }),
      at(1024000000, { step: '/steps/2' }),
      at(1024000000, { who: 'client', event: 'recv', size: 4096, result: 8, data: moved(', WORLD\n') }),
    ],
  };
}

function diverged(id, more = {}) {
  return failed(id, {
    worlds: { sim: 'pass', kernel: 'fail' },
    verdict: 'diverged',
    story: story(),
    divergence: {
      what: 'the session of client: how it ended',
      sim: 'eof',
      kernel: 'reset',
      calls: "the server's side of client: call 2",
      sim_call: 'send(9) = 9',
      kernel_call: 'send(4) = 4',
    },
    ...more,
  });
}

function datagrams(id) {
  return failed(id, {
    plugin: { name: 'ack-ok', version: '1' },
    clients: [client('alice', 'one', 'OK'), client('bob', 'two', 'OK')],
    sessions: [{ ...session('udp', 'onetwo', [[3, 2]]), truncated: 1 }],
    failure: {
      step: '/steps/2',
      iteration: [],
      sentence: 'expect: byte 0 differs from what was expected',
      expected: excerpt('NO'),
      actual: excerpt('OK'),
    },
  });
}

function report(results, more = {}) {
  const summary = { planned: results.length, total: results.length };
  for (const verdict of VERDICTS) {
    summary[verdict] = results.filter((one) => one.verdict === verdict).length;
  }
  return {
    schema: 1,
    tool: 'sockdrill',
    version: '0.1.0',
    build: 'plain',
    title: 'A suite made by hand',
    complete: true,
    results,
    summary,
    ...more,
  };
}

let pages = 0;

// The page that sockdrill makes of a report: the path of its file.
function pageOf(document) {
  const base = path.join(folder, String(pages++));
  fs.writeFileSync(`${base}.json`, JSON.stringify(document));
  return pageOfFile(`${base}.json`);
}

function pageOfFile(file) {
  const page = `${path.join(folder, String(pages++))}.html`;
  execFileSync(sockdrill, ['report', file, '--html', page], { stdio: ['ignore', 'ignore', 'inherit'] });
  return page;
}

// Plays scenarios and gives the report, whatever the verdicts.
function reportOfRun(args) {
  const file = `${path.join(folder, String(pages++))}.json`;
  try {
    execFileSync(sockdrill, ['run', '-q', '--report', file, ...args], { stdio: 'ignore' });
  } catch (error) {
    if (error.status !== 1) {
      throw error;
    }
  }
  return file;
}

// Opens the page of one result.
function openOne(one, use, options = {}) {
  return open(pageOf(report([one])), use, { hash: one.id, ...options });
}

module.exports = {
  CONNECTIONS,
  VERDICTS,
  client,
  datagrams,
  diverged,
  excerpt,
  failed,
  folder,
  openOne,
  pageOf,
  pageOfFile,
  report,
  reportOfRun,
  result,
  session,
  story,
  stream,
};
