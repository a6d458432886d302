// SPDX-License-Identifier: MIT
// One result, for somebody who has never seen its scenario.

const MEANING = {
  pass: 'Everything that the scenario expects came.',
  fail: 'Something that the scenario expects did not come.',
  error: 'sockdrill could not tell: something other than the expectations went wrong.',
  crash: 'The process in which the plugin ran died of a signal, or the plugin ended it.',
  hang: 'Nothing moved for so long that the run was ended.',
  leak: 'Memory or descriptors were not given back.',
  diverged:
    'The scenario was played in a simulated network and on real sockets, and they told different stories.',
  skipped: 'The scenario did not run.',
  'expected-fail': 'It failed, as the scenario says it will.',
  'unexpected-pass': 'It passed, although the scenario says that it fails.',
  flaky: 'Runs of the same scenario gave different results.',
};

const WORLDS = {
  sim: 'simulated network',
  kernel: 'real sockets',
  both: 'simulated network and real sockets',
};
const SIGNS = { good: '✓', odd: '–', bad: '✗' };
const STEPS_FIRST = 40;
const STEPS_LAST = 160;
const CALM = new Set(['pass', 'skipped', 'expected-fail', 'quarantined']);

function toneOf(verdict) {
  return verdict === 'pass' ? 'good' : CALM.has(verdict) ? 'odd' : 'bad';
}

function badge(verdict, tone = toneOf(verdict)) {
  return h(
    'span',
    { class: `badge ${tone}` },
    h('span', { 'aria-hidden': 'true' }, `${SIGNS[tone]} `),
    verdict,
  );
}

// "/steps/4/steps/0" is step 5.1.
function stepNumber(pointer) {
  return (pointer.match(/\d+/g) ?? []).map((part) => Number(part) + 1).join('.');
}

// What is known of a result's steps, by pointer.
function stepsOf(details) {
  const whats = new Map(details.steps.map((step) => [step.step, step.what]));
  return {
    words: (pointer) => `Step ${stepNumber(pointer)}${whats.get(pointer) ? `: ${whats.get(pointer)}` : ''}`,
    what: (pointer) => whats.get(pointer),
  };
}

function iterationWords(iteration) {
  return iteration?.length > 0 ? `, in iteration ${iteration.map((i) => number(i + 1)).join('.')}` : '';
}

function whereLine(failure, steps) {
  if (failure.step === null) {
    return null;
  }
  return h(
    'p',
    { class: 'where' },
    `At step ${stepNumber(failure.step)}`,
    h('span', { class: 'faint' }, ` (${failure.step})`),
    iterationWords(failure.iteration),
    steps.what(failure.step) && [': ', h('code', {}, steps.what(failure.step))],
  );
}

function replayLine(replay) {
  return (
    replay &&
    h(
      'div',
      { class: 'replay' },
      h('span', { class: 'term' }, 'Play it again'),
      h('div', { class: 'command' }, h('code', { tabindex: 0 }, replay), copyButton(replay)),
    )
  );
}

function quarantineLine(quarantine) {
  if (!quarantine) {
    return null;
  }
  const { issue, until, over } = quarantine;
  const words = over
    ? [
        h('strong', {}, 'Its quarantine is over. '),
        `It ended with ${until}: it fails the run, whatever the verdict. `,
      ]
    : [h('strong', {}, 'In quarantine. '), `Until ${until} it does not fail the run, whatever the verdict. `];
  return h('p', { class: over ? 'notice bad' : 'notice' }, words, `Issue: ${issue}`);
}

function verdictBox(row, details, steps) {
  const { failure } = details;
  return h(
    'div',
    { class: `verdict ${row.tone}` },
    failure
      ? h('p', { class: 'sentence' }, failure.sentence)
      : h('p', { class: 'sentence' }, MEANING[row.verdict] ?? `The verdict is ${row.verdict}.`),
    failure && whereLine(failure, steps),
    failure && MEANING[row.verdict] && h('p', { class: 'faint' }, `${row.verdict}: ${MEANING[row.verdict]}`),
    details.note && h('p', {}, `Note: ${details.note}`),
    quarantineLine(details.quarantine),
  );
}

function stepItem(step, failed) {
  const depth = Math.min((step.step.match(/\d+/g) ?? []).length - 1, 4);
  return h(
    'li',
    { class: `depth${depth}${failed ? ' bad' : ''}` },
    h('span', { class: 'number' }, stepNumber(step.step)),
    h(
      'span',
      {},
      step.what ? h('code', {}, step.what) : h('span', { class: 'faint' }, step.step),
      step.runs > 1 && h('span', { class: 'faint' }, ` × ${number(step.runs)}`),
    ),
    step.verdict === 'pass'
      ? h('span', { class: 'mark good' }, '✓ passed')
      : h('span', { class: 'mark bad' }, `✗ ${step.verdict}`, iterationWords(step.iteration)),
  );
}

// Of very many steps the first and the last, with a line between them.
function stepItems(steps, failed) {
  const left = steps.length - STEPS_FIRST - STEPS_LAST;
  const items = (list) => list.map((step) => stepItem(step, step === failed));
  return left <= 0
    ? items(steps)
    : [
        items(steps.slice(0, STEPS_FIRST)),
        h(
          'li',
          {},
          h('span', {}, '…'),
          h('span', { class: 'faint' }, `${count(left, 'step')} left out here`),
        ),
        items(steps.slice(-STEPS_LAST)),
      ];
}

function stepsSection({ steps }) {
  const failed = steps[lastIndex(steps, (step) => step.verdict !== 'pass')];
  return (
    steps.length > 0 &&
    section(
      'Steps',
      h(
        'p',
        { class: 'faint' },
        failed ? 'In the order of the scenario, up to the one that failed.' : 'In the order of the scenario.',
      ),
      h('ol', { class: 'steps' }, stepItems(steps, failed)),
    )
  );
}

function faultItem(fault) {
  const what = fault.error ? `fails with ${fault.error}` : `moves at most ${count(fault.short, 'byte')}`;
  const fired =
    fault.fired === null
      ? 'how often it fired is not known'
      : fault.fired === 0
        ? 'it never fired'
        : `it fired ${fault.fired === 1 ? 'once' : `${number(fault.fired)} times`}`;
  return h(
    'li',
    { class: fault.fired === 0 ? 'bad' : null },
    h('span', { class: 'bolt', 'aria-hidden': 'true' }, 'ϟ '),
    h('code', {}, fault.call),
    ` number ${number(fault.nth)} of the server${fault.sticky ? ' and all that follow' : ''} ${what}; ${fired}.`,
  );
}

function faultSection(details) {
  return (
    details.faults && section('Injected faults', h('ul', { class: 'plain' }, details.faults.map(faultItem)))
  );
}

function comparedRow(title, sim, kernel) {
  return (
    (sim !== null || kernel !== null) &&
    h(
      'tr',
      {},
      h('th', { scope: 'row' }, title),
      [sim, kernel].map((words) =>
        h('td', {}, words === null ? h('span', { class: 'faint' }, 'nothing') : h('code', {}, words)),
      ),
    )
  );
}

function comparedTable({ divergence, worlds }) {
  const head = ['', 'Simulated network', 'Real sockets'].map((words) =>
    words ? h('th', { scope: 'col' }, words) : h('td', {}),
  );
  return scrollBox(
    'What the two worlds said',
    h(
      'table',
      { class: 'compared' },
      h('thead', {}, h('tr', {}, head)),
      h(
        'tbody',
        {},
        worlds &&
          divergence.what !== 'the verdict' &&
          h(
            'tr',
            {},
            h('th', { scope: 'row' }, 'verdict'),
            h('td', {}, badge(worlds.sim)),
            h('td', {}, badge(worlds.kernel)),
          ),
        comparedRow(divergence.what ?? 'what they said', divergence.sim, divergence.kernel),
        comparedRow(divergence.calls ?? 'their calls', divergence.sim_call, divergence.kernel_call),
      ),
    ),
  );
}

// Both worlds beside each other: what they said, and what went on in them.
function divergenceSection(details, story, steps) {
  if (!details.divergence) {
    return null;
  }
  const totals = totalsStory({ ...details, failure: null });
  const side = (title, told, note) =>
    told &&
    told.items.length > 0 &&
    h(
      'div',
      { class: 'side' },
      h('h4', {}, title),
      diagramBox(told, steps, `What happened: ${title}`),
      note && h('p', { class: 'faint' }, note),
    );
  return section(
    'Two worlds, two stories',
    h('p', {}, 'The first things in which they differ:'),
    comparedTable(details),
    h(
      'div',
      { class: 'sides' },
      side('Simulated network', story && toldStory({ ...details, failure: null }, story)),
      side('Real sockets', totals, TOTALS_NOTE),
    ),
  );
}

function metaLine(row, details) {
  const worlds = details?.worlds
    ? [`simulated network: ${details.worlds.sim}, real sockets: ${details.worlds.kernel}`]
    : (WORLDS[row.world] ?? row.world);
  const entry = (term, words) => h('div', {}, h('dt', {}, term), h('dd', {}, words));
  return h(
    'dl',
    { class: 'meta' },
    entry('World', worlds),
    entry('Plugin', row.plugin),
    entry('Seed', number(row.seed)),
    row.tags.length > 0 &&
      entry(
        'Tags',
        row.tags.map((tag) => h('span', { class: 'tag' }, tag)),
      ),
  );
}

function leftOut(row) {
  return h(
    'p',
    { class: 'notice' },
    row.verdict === 'pass'
      ? 'It passed. Its details are left out here to keep this page small; the report that the page was made of has them.'
      : 'Its details are left out here, for want of room; the report that this page was made of has them.',
  );
}

// Every member that there is something to show of, in the order in which one asks.
function detailBody(row, details, story) {
  const steps = stepsOf(details);
  const { failure } = details;
  const storyLost =
    row.storyLeftOut &&
    h(
      'p',
      { class: 'notice' },
      'What happened call by call is left out here, for want of room; the report has it.',
    );
  const said = connectionSection(details, story);
  const told = details.divergence ? null : storySection(details, story, steps);
  if (!failure) {
    return [
      verdictBox(row, details, steps),
      replayLine(details.replay),
      said,
      faultSection(details),
      told,
      stepsSection(details),
    ];
  }
  return [
    verdictBox(row, details, steps),
    inShort(details),
    replayLine(details.replay),
    divergenceSection(details, story, steps),
    evidenceSection(failure),
    faultSection(details),
    stepsSection(details),
    storyLost,
    told,
    said,
  ];
}

// The whole pane. `close` goes back to the list.
function detailPane(row, close) {
  const { details, story } = row;
  return h(
    'article',
    { 'aria-labelledby': 'result-id' },
    h('p', { class: 'back' }, h('button', { type: 'button', onclick: close }, '← All results')),
    h(
      'p',
      { class: 'top' },
      badge(row.verdict, row.tone),
      details?.quarantine &&
        badge(details.quarantine.over ? 'quarantine over' : 'quarantined', row.tone),
    ),
    h('h2', { id: 'result-id', tabindex: -1 }, row.id),
    row.title && h('p', { class: 'lead' }, row.title),
    metaLine(row, details),
    details ? detailBody(row, details, story) : leftOut(row),
  );
}
