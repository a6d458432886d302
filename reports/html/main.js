// SPDX-License-Identifier: MIT
// Reads the data, builds the page, and follows the address and the keys.

const FAILURES_SHOWN = 20;
const TONES = ['good', 'odd', 'bad']; // as the data numbers them
const ADVICE =
  'A scenario tells step by step what clients send to a server and what they expect. Choose one to see ' +
  'what was sent, how it was cut on its way, what came back and what was expected.';
const TALLY = {
  pass: 'passed',
  fail: 'failed',
  skipped: 'skipped',
  diverged: 'diverged',
  error: 'in error',
  crash: 'crashed',
  hang: 'hung',
  leak: 'leaked',
  'expected-fail': 'failed as expected',
  'unexpected-pass': 'passed unexpectedly',
  flaky: 'flaky',
};

// Rows as objects, with the details that there was room for.
function readRows(data) {
  const details = { ...data.bad, ...data.odd, ...data.passing };
  let before = '';
  return data.rows.map(([id, title, verdict, world, plugin, tags, tone, seed = 1], index) => {
    before = title === 0 ? before : title;
    const known = details[index];
    const story = data.stories[index] ?? null;
    return {
      id,
      title: before,
      verdict: data.verdicts[verdict],
      world: data.worlds[world],
      plugin: data.plugins[plugin],
      tags: tags.map((tag) => data.tags[tag]),
      seed,
      tone: TONES[tone],
      details: known,
      story,
      storyLeftOut: Boolean(known?.told) && !story,
    };
  });
}

function tally(rows) {
  const counts = new Map();
  for (const row of rows) {
    counts.set(row.verdict, (counts.get(row.verdict) ?? 0) + 1);
  }
  const known = rows.filter(isQuarantined).length;
  const order = Object.keys(TALLY);
  const parts = [...counts]
    .sort(([a], [b]) => order.indexOf(a) - order.indexOf(b))
    .map(([verdict, amount]) => `${number(amount)} ${TALLY[verdict] ?? verdict}`);
  const quarantined = known > 0 ? ` (${number(known)} quarantined)` : '';
  return `${count(rows.length, 'scenario')}: ${parts.join(', ') || 'none has run'}${quarantined}`;
}

function fillHeader(data, rows) {
  const planned = data.summary?.planned ?? rows.length;
  byId('title').textContent = visible(data.title || 'sockdrill report');
  fill(
    byId('summary'),
    h('span', {}, tally(rows)),
    h(
      'span',
      { class: 'faint' },
      ` sockdrill ${data.version}, ${data.build} build${data.shard ? `, part ${data.shard.index} of ${data.shard.count}` : ''}`,
    ),
  );
  if (!data.complete) {
    byId('top').append(
      h(
        'p',
        { class: 'notice bad', id: 'incomplete' },
        `This report is not complete: the run was interrupted or killed. ${number(rows.length)} of ${number(planned)} planned scenarios have a result.`,
      ),
    );
  }
}

function keyLine(keys, words) {
  return [keys.map((key) => [h('kbd', {}, key), ' ']), words];
}

function fillFooter(data) {
  const lost = data.left_out;
  fill(
    byId('keys'),
    h(
      'p',
      {},
      keyLine(['/'], 'search · '),
      keyLine(['j', 'k'], 'or '),
      keyLine(['↓', '↑'], 'next, previous · '),
      keyLine(['Enter'], 'open · '),
      keyLine(['Esc'], 'close'),
    ),
    lost.details + lost.stories + lost.passing > 0 && h('p', { id: 'left-out' }, leftOutWords(lost)),
  );
}

function leftOutWords(lost) {
  const parts = [
    lost.details > 0 && `details of ${count(lost.details, 'result')} that did not pass`,
    lost.stories > 0 && count(lost.stories, 'story', 'stories'),
    lost.passing > 0 && `details of ${count(lost.passing, 'result')} that passed`,
  ].filter(Boolean);
  return `Left out to keep the page small: ${parts.join(', ')}.`;
}

function verdictBar(rows) {
  const parts = TONES.map((tone) => {
    const part = h('span', { class: tone });
    const amount = rows.filter((row) => row.tone === tone).length;
    part.style.flexGrow = amount;
    part.hidden = amount === 0;
    return part;
  });
  return h('div', { class: 'bar', 'aria-hidden': 'true' }, parts);
}

// What stands beside the list while no result is open.
function overviewPane(rows, unknown) {
  const bad = rows.filter(isBad);
  const left = bad.length - FAILURES_SHOWN;
  const line = (row) =>
    h(
      'li',
      {},
      badge(row.verdict, row.tone),
      ' ',
      h('a', { href: `#${encodeURIComponent(row.id)}` }, row.id),
      row.title && h('p', { class: 'faint' }, row.title),
      row.details?.failure && h('p', {}, row.details.failure.sentence),
    );
  return h(
    'article',
    { class: 'overview', 'aria-labelledby': 'overview-title' },
    unknown !== null &&
      h('p', { class: 'notice', id: 'unknown' }, `There is no result with the id ${unknown} in this report.`),
    h(
      'h2',
      { id: 'overview-title', tabindex: -1 },
      bad.length > 0 ? 'What went wrong' : rows.length > 0 ? 'Nothing went wrong' : 'No results',
    ),
    verdictBar(rows),
    h('p', { class: 'faint' }, tally(rows)),
    h('ul', { class: 'failures' }, bad.slice(0, FAILURES_SHOWN).map(line)),
    left > 0 && h('p', { class: 'faint' }, `and ${number(left)} more, in the list.`),
    h('p', { class: 'faint' }, ADVICE),
  );
}

class Page {
  constructor(data) {
    this.rows = readRows(data);
    this.byId = new Map(this.rows.map((row) => [row.id, row]));
    this.list = new ResultList(this.rows);
    this.pane = h('div', { class: 'pane', tabindex: 0, role: 'region', 'aria-label': 'Chosen result' });
    this.opened = null;
    this.wantsSearch = false; // as soon as the list is there again
    fillHeader(data, this.rows);
    fillFooter(data);
    byId('main').append(this.list.node, this.pane);
    addEventListener('hashchange', () => this.follow(true));
    addEventListener('keydown', (event) => this.key(event));
    this.follow(false);
  }

  // Shows what the address asks for.
  follow(moveFocus) {
    let id = location.hash.slice(1);
    try {
      id = decodeURIComponent(id);
    } catch {
      // Not ours; it names nothing then.
    }
    const row = this.byId.get(id) ?? null;
    const before = this.opened;
    this.opened = row;
    document.body.classList.toggle('open', row !== null);
    document.title = visible(row ? `${row.verdict}: ${row.id}` : byId('title').textContent);
    fill(
      this.pane,
      row ? detailPane(row, () => this.close()) : overviewPane(this.rows, id === '' ? null : id),
    );
    this.pane.scrollTop = 0;
    this.list.mark(row);
    if (this.wantsSearch) {
      this.wantsSearch = false;
      this.list.search.focus();
    } else if (row && moveFocus) {
      byId('result-id').focus();
    } else if (before && moveFocus) {
      this.list.focus(Math.max(this.list.shown.indexOf(before), 0));
    }
  }

  // On a narrow screen a result stands in the place of the list.
  coversList() {
    return getComputedStyle(this.list.node).display === 'none';
  }

  close() {
    if (this.opened) {
      location.hash = '';
    }
  }

  // Escape empties the search first, then closes the result.
  escape(inSearch) {
    if (inSearch && this.list.search.value) {
      this.list.search.value = '';
      this.list.apply();
    } else if (inSearch) {
      this.list.focus(this.list.current);
    } else {
      this.close();
    }
  }

  // To the next row, or to the next result where there is no list in sight.
  move(step) {
    if (this.coversList()) {
      const next = this.list.shown[this.list.current + step];
      if (next) {
        location.hash = encodeURIComponent(next.id);
      }
      return;
    }
    const onRow = document.activeElement.matches('.canvas a');
    this.list.focus(onRow ? this.list.current + step : this.list.current);
  }

  key(event) {
    const inSearch = event.target === this.list.search;
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    if (event.key === 'Escape') {
      this.escape(inSearch);
    } else if (inSearch) {
      if (event.key !== 'ArrowDown' && event.key !== 'Enter') {
        return;
      }
      this.list.focus(0);
    } else if (event.key === '/') {
      this.wantsSearch = this.coversList();
      if (this.wantsSearch) {
        this.close();
      } else {
        this.list.search.focus();
      }
    } else if (event.key === 'j' || event.key === 'k') {
      this.move(event.key === 'j' ? 1 : -1);
    } else if (
      (event.key === 'ArrowDown' || event.key === 'ArrowUp') &&
      this.list.view.contains(event.target)
    ) {
      this.move(event.key === 'ArrowDown' ? 1 : -1);
    } else {
      return;
    }
    event.preventDefault();
  }
}

// Modules run when the page was read; every file's constants are there by then.
addEventListener('DOMContentLoaded', () => {
  performance.mark('sockdrill:start');
  const page = new Page(JSON.parse(byId('data').textContent));
  performance.measure('sockdrill:opened', 'sockdrill:start');
  document.body.dataset.ready = String(page.rows.length);
});
