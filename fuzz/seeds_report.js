// SPDX-License-Identifier: MIT
// node seeds_report.js REPORT FOLDER
//
// Makes seeds for the fuzz target `report` of a report: each of its first results as a report of its own,
// and beside what it may become: failed, skipped, with other bytes, gone, of a newer version. And the first
// one with every outcome, words that want to be markup, and timings beside it. And of a fuzz report, which is
// made up.
'use strict';

const crypto = require('crypto');
const fs = require('fs');
const path = require('path');

const results_max = 2;

const failure = {
  step: '/steps/0',
  iteration: [0],
  sentence: 'it went wrong',
  expected: { length: 2, hash: '0'.repeat(32), offset: 0, text: 'ok', hex: '6f6b' },
  actual: 'silence',
};

const story = {
  omitted: 1,
  events: [
    { at_ns: 0, step: '/steps/0' },
    { at_ns: 0, who: 'server', event: 'socket', transport: 'tcp', family: 'ipv4', result: 0 },
    { at_ns: 1, who: 'server', event: 'accept', result: 0, from: 'bob' },
    { at_ns: 1, who: 'bob', event: 'shutdown', how: 'write', result: 0 },
    { at_ns: 1, who: 'bob', event: 'set', option: 'no_delay', value: 1, result: 0 },
    { at_ns: 2, who: 'bob', event: 'ask', question: 'error', error: 'ECONNRESET' },
    { at_ns: 2, who: 'server:bob', event: 'recv', size: 9, result: 2, data: { length: 2, text: 'ok', hex: '6f6b' } },
    { at_ns: 2, who: 'server:bob', event: 'send', size: 2, error: 'EPIPE', fault: true },
  ],
};

const changes = [
  (report) => report,
  (report) => Object.assign(report.results[0], { verdict: 'fail', failure, replay: 'sockdrill run' }) && report,
  (report) => {
    const [result] = report.results;
    Object.assign(result, { verdict: 'fail', failure, story });
    result.steps.forEach((step) => Object.assign(step, { what: 'connect as bob' }));
    return report;
  },
  (report) => Object.assign(report.results[0], { verdict: 'skipped', note: 'not here' }) && report,
  (report) => {
    for (const { received } of [...report.results[0].clients, ...report.results[0].sessions]) {
      if (received && received.length > 0) {
        received.hex = `00${received.hex.slice(2)}`;
        delete received.text;
      }
    }
    return report;
  },
  (report) => Object.assign(report, { results: [], complete: false, build: 'plain' }),
  (report) => Object.assign(report, { schema: 2 }),
];

const words = ']]> --> </pre></script> @all | \\ # SKIP "\'&\n\u0001\u202e\ufffe';
const divergence = { what: words, sim: words, kernel: words, calls: words, sim_call: words, kernel_call: words };
const told = { note: words, failure: { ...failure, sentence: words }, divergence, replay: words };

// One report in which every way to show a result occurs, and the times of its scenarios.
function timed(report, result) {
  const verdicts = ['pass', 'fail', 'crash', 'skipped', 'expected-fail'];
  const results = verdicts.map((verdict) => ({ ...result, ...told, verdict, id: `${verdict}/${words}`, title: words }));
  const times = results.map(({ id, verdict }) => ({ id, file: id, verdict, real_us: 1500000 }));
  const head = { schema: 1, tool: 'sockdrill' };
  return [
    { ...report, results, title: words, complete: false, summary: { planned: 9 } },
    { ...head, results: times, summary: { real_us: 9 } },
  ];
}

const night = {
  schema: 1,
  kind: 'fuzz',
  tool: 'sockdrill',
  version: '1',
  complete: true,
  targets: [
    {
      name: 'stream-x',
      complete: true,
      runs: [{ engine: 'afl', execs: 9, fuzzed_ms: 2000, execs_per_second: 900, stability_hundredths: 10000 }],
      corpus: { files: 90, bytes: 900 },
      findings: [{ fingerprint: 'x:leak', sim: 'leak', kernel: null, scenario: null }],
      coverage: [{ file: 'core/loop.c', lines_covered: 90, lines_total: 100 }],
    },
  ],
};

const nightChanges = [
  (target) => Object.assign(target.runs[0], { execs_per_second: 90, stability_hundredths: 9000 }),
  (target) => Object.assign(target.corpus, { files: 9 }) && Object.assign(target.coverage[0], { lines_covered: 9 }),
  (target) => Object.assign(target, { corpus: null, coverage: [], runs: [], findings: [] }),
  (target) => Object.assign(target.findings[0], { fingerprint: '</code>@all', scenario: 'x.json' }),
  (target) => Object.assign(target, { name: 'tape-x' }),
];

function write(folder, seed) {
  fs.writeFileSync(path.join(folder, crypto.createHash('sha1').update(seed).digest('hex')), seed);
}

function main(file, folder) {
  const report = JSON.parse(fs.readFileSync(file, 'utf8'));
  delete report.summary;
  for (const result of report.results.slice(0, results_max)) {
    for (const change of changes) {
      const before = JSON.stringify({ ...report, results: [result] });
      const seed = `${before}\0${JSON.stringify(change(JSON.parse(before)))}`;
      write(folder, seed);
    }
  }
  write(folder, timed(report, report.results[0]).map((part) => JSON.stringify(part)).join('\0'));
  for (const change of nightChanges) {
    const now = JSON.parse(JSON.stringify(night));
    change(now.targets[0]);
    write(folder, `${JSON.stringify(night)}\0${JSON.stringify(now)}`);
  }
}

main(process.argv[2], process.argv[3]);
