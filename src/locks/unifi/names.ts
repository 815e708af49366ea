// One name on Cobot, two at the console: first and last name are both required there, and what is read back has to be
// the name that was given, else the relay would change it again in every sweep.

/** Stands where a name has no last part, and where there is no name at all. */
const FILLER = '-';

type Names = { first_name: string; last_name: string };

/** Cut at the last space. What cannot be cut so that it comes back as it was ("Ada", "Ada -") is a first name alone. */
export function splitName(name: string): Names {
  const at = name.lastIndexOf(' ');
  const [first, last] = [name.slice(0, at), name.slice(at + 1)];
  const isWhole = first !== '' && first === first.trim() && last !== '' && last === last.trim() && last !== FILLER;
  if (at > 0 && isWhole) return { first_name: first, last_name: last };
  return { first_name: name.trim() === '' ? FILLER : name, last_name: FILLER };
}

/** The other way round; the console's own full name where it gives neither part. null: no name at all. */
export function joinName({ first, last, full }: { first: string; last: string; full: string }): string | null {
  if (last === FILLER && first !== '') return first;
  const joined = [first, last].filter((part) => part !== '').join(' ');
  return joined || full || null;
}
