// SPDX-License-Identifier: MIT
// The sequence diagram: lanes for clients, wire, server and plugin, time going down. Beside it the same
// as a table, for who cannot see it or wants every call.

const CHARACTER = 7.23; // width of one, in the diagram's type
const HEIGHTS = { step: 34, time: 26, move: 34, note: 30, gap: 28, fail: 36 };
const LONG_ITEMS = 30;
const GUTTER = 8;
const EDGE = 32; // half of the room for a name at either side
const HEAD = 36;

// Where the lanes stand, for a diagram at least as wide as its box.
function placeLanes(clients, width) {
  const lanes = [...clients, 'wire', 'server', 'plugin'];
  const gap = Math.max((width - 2 * GUTTER - 2 * EDGE) / (lanes.length - 1), 60);
  const at = new Map(lanes.map((lane, i) => [lane, GUTTER + EDGE + i * gap]));
  return { lanes, at, gap, width: 2 * GUTTER + 2 * EDGE + gap * (lanes.length - 1) };
}

function text(x, y, className, anchor, words) {
  return s('text', { x, y, class: className, 'text-anchor': anchor }, words);
}

// A label near `x` that stays inside of the diagram; the whole of it as a tip.
function label(place, x, y, words, tone) {
  const room = Math.floor((place.width - 8) / CHARACTER);
  const shown = cut(words, room);
  const half = ([...shown].length * CHARACTER) / 2;
  const middle = Math.min(Math.max(x, half + 4), Math.max(place.width - half - 4, half + 4));
  return s(
    'text',
    { x: middle, y, class: `label ${tone}`, 'text-anchor': 'middle' },
    s('title', {}, words),
    shown,
  );
}

function arrowHead(x, y, direction, tone) {
  const back = x - direction * 8;
  return s('path', { class: `head ${tone}`, d: `M${x} ${y}L${back} ${y - 4.5}L${back} ${y + 4.5}Z` });
}

// From lane to lane, with a head at every lane that it reaches.
function drawMove(place, item, y) {
  const line = y + 24;
  const xs = item.path.map((lane) => place.at.get(lane));
  const parts = [];
  for (let i = 1; i < xs.length; i++) {
    const direction = Math.sign(xs[i] - xs[i - 1]) || 1;
    const wire = item.path[i] === 'wire' && i < xs.length - 1;
    parts.push(
      s('path', {
        class: `arrow ${item.tone}`,
        d: `M${xs[i - 1]} ${line}H${xs[i] - (wire ? 0 : direction * 6)}`,
      }),
    );
    if (!wire) {
      parts.push(arrowHead(xs[i], line, direction, item.tone));
    }
  }
  parts.push(s('circle', { class: `head ${item.tone}`, cx: xs[0], cy: line, r: 3 }));
  if (item.tone === 'fault') {
    parts.push(...faultMark((xs[0] + xs[1]) / 2, line));
  }
  // What the plugin answers is named where the server sends it.
  const named = item.path[0] === 'plugin' ? 1 : 0;
  return [...parts, label(place, (xs[named] + xs[named + 1]) / 2, y + 15, item.label, item.tone)];
}

function faultMark(x, y) {
  return [
    s('path', {
      class: 'bolt',
      d: `M${x + 3} ${y - 9}L${x - 5} ${y + 1}H${x}L${x - 3} ${y + 9}L${x + 5} ${y - 2}H${x}Z`,
    }),
  ];
}

function drawNote(place, item, y) {
  const x = place.at.get(item.lane);
  const mark =
    item.tone === 'fault'
      ? faultMark(x, y + 21)
      : item.tone === 'error'
        ? [s('path', { class: 'cross', d: `M${x - 5} ${y + 16}l10 10m0 -10l-10 10` })]
        : [s('circle', { class: `head ${item.tone}`, cx: x, cy: y + 21, r: 3 })];
  return [...mark, label(place, x, y + 12, item.label, item.tone)];
}

function drawBand(place, y, height, className, words) {
  const room = Math.floor((place.width - 20) / CHARACTER);
  return [
    s('rect', { class: `band ${className}`, x: 0, y: y + 5, width: place.width, height: height - 8, rx: 4 }),
    s(
      'text',
      { class: `band-text ${className}`, x: 8, y: y + height / 2 + 5 },
      s('title', {}, words),
      cut(words, room),
    ),
  ];
}

function bandWords(item, steps) {
  switch (item.kind) {
    case 'step':
      return `${item.failed ? '✗ ' : ''}${steps.words(item.pointer)}${item.failed ? ' — failed here' : ''}`;
    case 'time':
      return `${duration(item.passed)} later (${duration(item.ns)} since the beginning)`;
    case 'gap':
      return `… ${item.label} …`;
    default:
      return `✗ ${item.label}`;
  }
}

function drawItem(place, item, y, steps) {
  if (item.kind === 'move') {
    return drawMove(place, item, y);
  }
  if (item.kind === 'note') {
    return drawNote(place, item, y);
  }
  const className = item.kind === 'step' && item.failed ? 'fail' : item.kind;
  return drawBand(place, y, HEIGHTS[item.kind], className, bandWords(item, steps));
}

function drawLines(place, height) {
  return place.lanes.map((lane) => {
    const x = place.at.get(lane);
    return lane === 'wire'
      ? s('rect', { class: 'wire', x: x - 5, y: 0, width: 10, height })
      : s('path', { class: 'life', d: `M${x} 0V${height}` });
  });
}

function drawNames(place) {
  return place.lanes.map((lane) => {
    const x = place.at.get(lane);
    const name = cut(lane, Math.floor(Math.min(place.gap - 10, 150) / CHARACTER));
    const width = Math.max([...name].length * CHARACTER + 14, 46);
    return [
      s('rect', { class: 'lane', x: x - width / 2, y: 6, width, height: 24, rx: 4 }),
      s('text', { class: 'lane-text', x, y: 22, 'text-anchor': 'middle' }, s('title', {}, lane), name),
    ];
  });
}

// The names, which stay in sight, and what happened below them.
function drawDiagram(told, steps, width, name) {
  const place = placeLanes(told.lanes, width);
  const total = told.items.reduce((sum, item) => sum + HEIGHTS[item.kind], 0) + 8;
  const bands = [];
  const drawn = [];
  let y = 0;
  for (const item of told.items) {
    const parts = drawItem(place, item, y, steps);
    (item.kind === 'move' || item.kind === 'note' ? drawn : bands).push(parts);
    y += HEIGHTS[item.kind];
  }
  const box = (height) => ({ width: place.width, height, viewBox: `0 0 ${place.width} ${height}` });
  return [
    s('svg', { class: 'names', 'aria-hidden': 'true', ...box(HEAD) }, drawNames(place)),
    s(
      'svg',
      {
        class: 'diagram',
        role: 'img',
        'aria-label': `${name}: sequence diagram. The list shows the same as text.`,
        ...box(total),
      },
      drawLines(place, total),
      bands,
      drawn,
    ),
  ];
}

function tableRow(event, steps, failed) {
  const time = h('td', { class: 'number' }, duration(event.at_ns));
  if (event.step !== undefined) {
    return h(
      'tr',
      { class: failed ? 'step bad' : 'step' },
      time,
      h('th', { scope: 'row', colspan: 3 }, steps.words(event.step), failed && ' — failed here'),
    );
  }
  return h(
    'tr',
    { class: event.fault ? 'fault' : event.error && event.error !== 'EINPROGRESS' ? 'bad' : null },
    time,
    h('td', {}, event.who ?? ''),
    h('td', {}, h('code', {}, callText(event)), event.fault && ' injected fault'),
    h('td', {}, event.data && streamText(event.data, 120)),
  );
}

// Every event of a story; of totals the items.
function storyTable(told, steps, name) {
  const head = (names) =>
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        names.map((words) => h('th', { scope: 'col' }, words)),
      ),
    );
  if (!told.rows) {
    const rows = told.items.map((item) =>
      h(
        'tr',
        {},
        h('td', {}, item.path?.join(' → ') ?? item.lane ?? ''),
        h('td', {}, item.path || item.lane ? item.label : bandWords(item, steps)),
      ),
    );
    return scrollBox(
      `${name} as a list`,
      h('table', { class: 'events' }, head(['Where', 'What']), h('tbody', {}, rows)),
    );
  }
  const last = told.items.find((item) => item.kind === 'step' && item.failed);
  const index = last ? lastIndex(told.rows, (event) => event.step === last.pointer) : -1;
  const rows = told.rows.map((event, i) => tableRow(event, steps, i === index));
  return scrollBox(
    `${name} as a list`,
    h('table', { class: 'events' }, head(['Time', 'Who', 'Call', 'Bytes']), h('tbody', {}, rows)),
  );
}

// Of the tones that a diagram has.
function legend(told) {
  const tones = new Set(told.items.map((item) => item.tone));
  const entry = (tone, words) =>
    h(
      'li',
      {},
      s(
        'svg',
        { width: 26, height: 12, 'aria-hidden': 'true' },
        s('path', { class: `arrow ${tone}`, d: 'M1 6H18' }),
        tone === 'fault' ? faultMark(11, 6) : arrowHead(25, 6, 1, tone),
      ),
      words,
    );
  const all = [
    ['request', 'request'],
    ['reply', 'reply'],
    ['control', 'connections'],
    ['fault', 'injected fault'],
    ['error', 'error'],
  ];
  return h(
    'ul',
    { class: 'legend' },
    all.filter(([tone]) => tones.has(tone)).map(([tone, words]) => entry(tone, words)),
  );
}

// The diagram with its buttons; drawn anew when the width of its box changes.
function diagramBox(told, steps, name) {
  const box = scrollBox(name);
  const list = h('div', { hidden: true });
  let drawnWidth = 0;
  const draw = () => {
    const width = box.clientWidth;
    if (width > 0 && width !== drawnWidth) {
      drawnWidth = width;
      fill(box, drawDiagram(told, steps, width - 4, name));
    }
  };
  new ResizeObserver(draw).observe(box);
  const keys = legend(told);
  const show = (asList) => {
    box.hidden = keys.hidden = asList;
    list.hidden = !asList;
    if (asList && !list.firstChild) {
      list.append(storyTable(told, steps, name));
    }
    diagram.setAttribute('aria-pressed', String(!asList));
    table.setAttribute('aria-pressed', String(asList));
  };
  const failed =
    told.items.some((item) => item.failed || item.kind === 'fail') && told.items.length > LONG_ITEMS;
  const jump =
    failed &&
    h(
      'button',
      {
        type: 'button',
        onclick: () => {
          const [first] = (list.hidden ? box : list).querySelectorAll(
            list.hidden ? '.band.fail' : '.step.bad',
          );
          first?.scrollIntoView({ block: 'center' });
        },
      },
      'To the failure',
    );
  const diagram = h(
    'button',
    { type: 'button', 'aria-pressed': 'true', onclick: () => show(false) },
    'Diagram',
  );
  const table = h('button', { type: 'button', 'aria-pressed': 'false', onclick: () => show(true) }, 'List');
  return h(
    'div',
    { class: 'story' },
    h('div', { class: 'switch', role: 'group', 'aria-label': 'Show as' }, diagram, table, jump),
    box,
    keys,
    list,
  );
}

const TOTALS_NOTE =
  'This report does not tell what happened call by call. The diagram is put together from totals: what ' +
  'came before what between requests and replies is a guess.';
const STORY_NOTE =
  'As it happened in the simulated network, from the top down. A request lies on the wire until the server ' +
  'takes it off with a receive, and what one receive takes is what the plugin sees.';

// What happened; null where there is nothing to draw.
function storySection(details, story, steps) {
  const told = story ? toldStory(details, story) : totalsStory(details);
  if (told.items.length === 0) {
    return null;
  }
  const note = h('p', { class: 'faint' }, story ? STORY_NOTE : TOTALS_NOTE);
  return section(
    'What happened',
    note,
    diagramBox(told, steps, story ? 'What happened in the simulated network' : 'What happened'),
  );
}
