// SPDX-License-Identifier: MIT
// node validate-report.js SCHEMA REPORT...
//
// Checks reports against reports/report.schema.json (or timings, traces, diffs or fuzz reports against theirs) with ajv,
// and what a schema cannot say: that keys stand in the schema's order, that all numbers are integers and that
// the summary counts the results. Says what is wrong and where; exits 1 when anything was, 2 when it
// was called wrongly. Debian's ajv needs NODE_PATH=/usr/share/nodejs.
'use strict';

const fs = require('fs');
const Ajv = require('ajv');

function resolve(schema, root) {
  while (schema && schema.$ref) {
    schema = root.definitions[schema.$ref.replace('#/definitions/', '')];
  }
  if (schema && schema.oneOf) {
    return resolve(schema.oneOf[0], root);
  }
  return schema;
}

// Every object of the document must list its keys in the order in which its schema does.
function checkOrder(value, schema, root, path, problems) {
  schema = resolve(schema, root);
  if (Array.isArray(value)) {
    value.forEach((member, i) => checkOrder(member, schema && schema.items, root, `${path}/${i}`, problems));
  } else if (value !== null && typeof value === 'object') {
    const known = Object.keys((schema && schema.properties) || {});
    const wanted = known.filter((key) => key in value);
    if (Object.keys(value).join() !== wanted.join()) {
      problems.push(`${path}: keys are ${Object.keys(value).join()}, not in the order ${wanted.join()}`);
    }
    for (const key of Object.keys(value)) {
      checkOrder(value[key], schema && schema.properties && schema.properties[key], root, `${path}/${key}`, problems);
    }
  }
}

// An entry per scenario and world, the simulated one first; its events in the order of their time.
function checkScenarios(scenarios, problems) {
  const seen = new Set();
  for (const { id, world, events } of scenarios) {
    if (seen.has(`${id} ${world}`) || (world === 'sim' && seen.has(`${id} kernel`))) {
      problems.push(`/scenarios: ${id} in ${world} stands twice or too late`);
    }
    seen.add(`${id} ${world}`);
    if (events.some((event, i) => i > 0 && event.at_ns < events[i - 1].at_ns)) {
      problems.push(`/scenarios: time runs backwards in ${id} in ${world}`);
    }
  }
}

// What a quarantine, {} where there is none, makes of the weight of a verdict.
const quarantineCounts = {
  quarantined: ({ verdict, quarantine: { over } = {} }) =>
    !['pass', 'skipped', 'expected-fail'].includes(verdict) && over === false,
  overdue: ({ verdict, quarantine: { over } = {} }) => verdict === 'pass' && over === true,
};

function checkSummary(report, problems) {
  const { summary, results } = report;
  if (summary.total !== results.length) {
    problems.push(`/summary/total: ${summary.total}, but there are ${results.length} results`);
  }
  if (report.complete && summary.total !== summary.planned) {
    problems.push('/complete: true, but not every planned scenario has a result');
  }
  for (const [key, count] of Object.entries(summary)) {
    const counted = quarantineCounts[key] || (({ verdict }) => verdict === key);
    const there = results.filter(counted).length;
    if (!['planned', 'total', 'real_us'].includes(key) && there !== count) {
      problems.push(`/summary/${key}: ${count}, but there are ${there} such results`);
    }
  }
  const ids = new Set(results.map((result) => result.id));
  if (ids.size !== results.length) {
    problems.push('/results: an id stands twice');
  }
}

function checkFuzz({ targets, summary }, problems) {
  const sum = (of) => targets.reduce((total, target) => total + of(target), 0);
  const counted = {
    targets: targets.length,
    execs: sum((target) => target.runs.reduce((total, run) => total + run.execs, 0)),
    findings: sum((target) => target.findings.length),
  };
  for (const [key, count] of Object.entries(counted)) {
    if (summary[key] !== count) {
      problems.push(`/summary/${key}: ${summary[key]}, but there are ${count}`);
    }
  }
  const names = targets.map((target) => target.name);
  if (names.some((name, i) => i > 0 && name <= names[i - 1])) {
    problems.push('/targets: not in order of name');
  }
}

// The summary counts the changes, which stand worst category first and then by id, or target and item.
function checkDiff({ changes, summary, worse }, problems) {
  const categories = Object.keys(summary);
  for (const category of categories.filter((key) => !/^(unchanged|kept)/.test(key))) {
    const there = changes.filter((change) => change.category === category).length;
    if (summary[category] !== there) {
      problems.push(`/summary/${category}: ${summary[category]}, but there are ${there}`);
    }
  }
  const rank = ({ category }) => categories.indexOf(category);
  const name = ({ id, target, item }) => Buffer.from(id ?? `${target}\0${item ?? ''}`);
  const sorted = (a, b) => rank(a) < rank(b) || (rank(a) === rank(b) && Buffer.compare(name(a), name(b)) < 0);
  if (changes.some((change, i) => i > 0 && !sorted(changes[i - 1], change))) {
    problems.push('/changes: not in order');
  }
  if (worse !== changes.some((change) => change.worse)) {
    problems.push('/worse: not what the changes say');
  }
}

// A stream that is kept whole shows as many bytes as it has, unless there was no room for them; text
// and hex are the same bytes.
function checkStreams(value, path, problems, omitted) {
  if (value === null || typeof value !== 'object') {
    return;
  }
  if (!Array.isArray(value) && typeof value.hex === 'string') {
    const bytes = Buffer.from(value.hex, 'hex');
    const most = path.includes('/story/') ? 64 : 256;
    if (!omitted && !('offset' in value) && bytes.length !== Math.min(value.length, most)) {
      problems.push(`${path}: ${bytes.length} bytes of ${value.length} are shown`);
    }
    const printable = bytes.every((byte) => (byte >= 32 && byte < 127) || byte === 10 || byte === 9);
    if (printable !== ('text' in value) || (printable && value.text !== bytes.toString('latin1'))) {
      problems.push(`${path}: text does not say what hex does`);
    }
  }
  for (const [key, member] of Object.entries(value)) {
    checkStreams(member, `${path}/${key}`, problems, omitted || member?.omitted > 0);
  }
}

function check(schema, validate, file) {
  const problems = [];
  const text = fs.readFileSync(file, 'utf8');
  let report;
  try {
    report = JSON.parse(text);
  } catch (error) {
    return [`not JSON: ${error.message}`];
  }
  if (!validate(report)) {
    return validate.errors.map((error) => `${error.dataPath || '/'}: ${error.message} (${error.schemaPath})`);
  }
  checkOrder(report, schema, schema, '', problems);
  if (report.document) {
    checkDiff(report, problems);
  } else if (report.kind === 'fuzz') {
    checkFuzz(report, problems);
  } else if (report.scenarios) {
    checkScenarios(report.scenarios, problems);
  } else {
    checkSummary(report, problems);
  }
  checkStreams(report, '', problems, false);
  if (!text.endsWith('}\n')) {
    problems.push('/: the file does not end in one newline');
  }
  return problems;
}

function main(schemaFile, files) {
  if (!schemaFile || files.length === 0) {
    console.error('usage: node validate-report.js SCHEMA REPORT...');
    return 2;
  }
  const schema = JSON.parse(fs.readFileSync(schemaFile, 'utf8'));
  const validate = new Ajv({ allErrors: true, jsonPointers: true }).compile(schema);
  let status = 0;
  for (const file of files) {
    for (const problem of check(schema, validate, file)) {
      console.error(`${file}: ${problem}`);
      status = 1;
    }
  }
  return status;
}

process.exit(main(process.argv[2], process.argv.slice(3)));
