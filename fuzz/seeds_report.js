// SPDX-License-Identifier: MIT
// node seeds_report.js REPORT FOLDER
//
// Makes seeds for the fuzz target `report` of a report: each of its first results as a report of its own,
// and beside what it may become: failed, skipped, with other bytes, gone, of a newer version.
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

const changes = [
  (report) => report,
  (report) => Object.assign(report.results[0], { verdict: 'fail', failure, replay: 'sockdrill run' }) && report,
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

function main(file, folder) {
  const report = JSON.parse(fs.readFileSync(file, 'utf8'));
  delete report.summary;
  for (const result of report.results.slice(0, results_max)) {
    for (const change of changes) {
      const before = JSON.stringify({ ...report, results: [result] });
      const seed = `${before}\0${JSON.stringify(change(JSON.parse(before)))}`;
      fs.writeFileSync(path.join(folder, crypto.createHash('sha1').update(seed).digest('hex')), seed);
    }
  }
}

main(process.argv[2], process.argv[3]);
