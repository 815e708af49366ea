// Makes the page livelier where scripts run; everything works without it. Talks to nobody but the relay that it came from.

const byId = (id) => document.getElementById(id);

/** What is on the page changes by itself. */
function watch(place) {
  const sign = byId('live-sign');
  const words = byId('live-words');
  let verdict = byId('verdict')?.textContent;
  const source = new EventSource(place.dataset.live);
  source.addEventListener('open', () => {
    if (sign) sign.hidden = false;
  });
  source.addEventListener('today', (event) => {
    // Who is in the middle of it with the keyboard stays there.
    const focused = place.contains(document.activeElement) ? document.activeElement.getAttribute('href') : null;
    place.innerHTML = JSON.parse(event.data);
    if (focused !== null)
      [...place.querySelectorAll('a')].find((link) => link.getAttribute('href') === focused)?.focus();
    const now = byId('verdict')?.textContent;
    // Said aloud only where it means something else, and not with every minute that goes by.
    const meaning = (text) => (text ?? '').replaceAll(/\d+ (minute|hour|day)s?|less than a minute|any moment/g, '');
    if (words && meaning(now) !== meaning(verdict)) words.textContent = now;
    verdict = now;
  });
  source.addEventListener('error', () => {
    if (sign) sign.hidden = true;
    // Closed for good: signed out, or too many pages are open. A look at the page itself tells which.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 30_000 * Math.random() + 3000);
  });
  addEventListener('pagehide', () => source.close());
}

for (const place of document.querySelectorAll('[data-live]')) watch(place);

/** A form that asks shows its answer while somebody types, and leaves everything else as it is. */
function answerWhileTyping(form) {
  let timer;
  let asked;
  const ask = async () => {
    asked?.abort();
    asked = new AbortController();
    const query = new URLSearchParams(new FormData(form));
    for (const [name, value] of [...query]) if (value === '') query.delete(name);
    const address = `${form.action}?${query}`;
    const target = byId(form.dataset.swap);
    target.setAttribute('aria-busy', 'true');
    try {
      const response = await fetch(address, { signal: asked.signal, headers: { accept: 'text/html' } });
      if (response.redirected) return location.reload();
      const page = new DOMParser().parseFromString(await response.text(), 'text/html');
      const fresh = page.getElementById(form.dataset.swap);
      // An answer without its place is a page of its own: what went wrong.
      if (!fresh) return location.assign(address);
      target.replaceChildren(...fresh.childNodes);
      history.replaceState(null, '', address);
    } catch (error) {
      if (error.name !== 'AbortError') location.assign(address);
    } finally {
      target.removeAttribute('aria-busy');
    }
  };
  const soon = (ms) => {
    clearTimeout(timer);
    timer = setTimeout(ask, ms);
  };
  form.addEventListener('input', (event) =>
    soon(event.target.type === 'search' || event.target.type === 'range' ? 250 : 50),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    soon(0);
  });
}

/** The time of a day as a slider: it writes into the field beside it, which is what counts. */
function slide(label) {
  const form = label.closest('form');
  const range = label.querySelector('input');
  const { time, day } = form.elements;
  const two = (number) => String(number).padStart(2, '0');
  label.hidden = false;
  range.addEventListener('input', () => {
    time.value = `${two(Math.floor(range.value / 60))}:${two(range.value % 60)}`;
    range.setAttribute('aria-valuetext', time.value);
    if (day.value === 'now') day.selectedIndex = 1;
  });
  time.addEventListener('input', () => {
    const [hours, minutes] = time.value.split(':').map(Number);
    if (Number.isFinite(minutes)) range.value = hours * 60 + minutes;
    if (day.value === 'now' && time.value !== '') day.selectedIndex = 1;
  });
  day.addEventListener('input', () => {
    if (day.value === 'now') time.value = '';
    else if (time.value === '') time.value = `${two(Math.floor(range.value / 60))}:${two(range.value % 60)}`;
  });
}

/** A file that is dropped or chosen comes into the field. It is read here and goes nowhere until the form is sent. */
function takeFiles(area) {
  const take = async (file) => {
    if (!file) return;
    area.value = await file.text();
    area.dispatchEvent(new Event('input', { bubbles: true }));
    area.focus();
  };
  for (const [kind, isOver] of [
    ['dragover', true],
    ['dragleave', false],
    ['drop', false],
  ])
    area.addEventListener(kind, (event) => {
      event.preventDefault();
      area.classList.toggle('over', isOver);
      if (kind === 'drop') void take(event.dataTransfer.files[0]);
    });
  const chooser = area.form.querySelector('[data-file]');
  if (!chooser) return;
  chooser.hidden = false;
  const input = chooser.querySelector('input');
  input.addEventListener('change', () => void take(input.files[0]));
}

/** What takes its time says so, and is not sent twice. */
function sendOnce(form) {
  form.addEventListener('submit', (event) => {
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = 'yes';
    const button = event.submitter;
    if (button?.dataset.busy) button.textContent = button.dataset.busy;
  });
  addEventListener('pageshow', () => delete form.dataset.sent);
}

for (const label of document.querySelectorAll('[data-slider]')) slide(label);
for (const form of document.querySelectorAll('form[data-swap]')) answerWhileTyping(form);
for (const area of document.querySelectorAll('[data-drop]')) takeFiles(area);
for (const form of document.querySelectorAll('form[method=post]')) sendOnce(form);
