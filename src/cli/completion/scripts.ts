// The scripts themselves. They hold all words, so that completing starts no process. What stands in them is of this
// program: no name or address of anybody.
import type { Place } from './tree.ts';

const MADE = '# Made by "relay completion"; made anew after an upgrade.';

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
/** In a `case`, where the words before the one that is typed lead to a command. */
const pathsBelow = (places: readonly Place[]) =>
  places.flatMap(({ path, commands }) => commands.map(({ word }) => quoted(`${path} ${word}`))).join('|');

export function bashScript(places: readonly Place[]): string {
  const values = places.flatMap(({ path, values: list }) =>
    list.map(
      ({ option, choices }) => `    ${quoted(`${path} ${option}`)}) words=${quoted(choices.join(' '))}; options= ;;`,
    ),
  );
  const cases = places.map(({ path, commands, options, argument }) => {
    const words = [...commands.map(({ word }) => word), ...(Array.isArray(argument) ? argument : [])];
    const files = argument === 'file' ? ' files=yes' : '';
    const shown = options.map(({ word }) => word).join(' ');
    return `    ${quoted(path)}) words=${quoted(words.join(' '))} options=${quoted(shown)}${files} ;;`;
  });
  return `${MADE}
_relay() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  local place= words= options= files= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$place \${COMP_WORDS[i]}" in
      ${pathsBelow(places)}) place="\${place:+$place }\${COMP_WORDS[i]}" ;;
    esac
  done
  case "$place" in
${cases.join('\n')}
  esac
  case "$place $previous" in
${values.join('\n')}
  esac
  [[ -z $words$files || $current == -* ]] && words="$words $options"
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [[ -n $files && $current != -* ]] && COMPREPLY+=($(compgen -f -- "$current"))
  return 0
}
complete -o filenames -F _relay relay
`;
}

export function zshScript(places: readonly Place[]): string {
  const described = (words: Place['commands']) =>
    words.map(({ word, description }) => quoted(`${word}:${description}`)).join(' ');
  const values = places.flatMap(({ path, values: list }) =>
    list.map(
      ({ option, choices }) =>
        `    ${quoted(`${path} ${option}`)}) words_there=(${choices.map(quoted).join(' ')}); options=() ;;`,
    ),
  );
  const cases = places.map(({ path, commands, options, argument }) => {
    const words = [
      ...commands,
      ...(Array.isArray(argument) ? argument.map((word) => ({ word, description: '' })) : []),
    ];
    const files = argument === 'file' ? ' files=yes' : '';
    return `    ${quoted(path)}) words_there=(${described(words)}) options=(${described(options)})${files} ;;`;
  });
  // \`path\` and \`words\` have a meaning of their own in zsh.
  return `#compdef relay
${MADE}
_relay() {
  local place= files= i
  local -a words_there options
  for ((i = 2; i < CURRENT; i++)); do
    case "$place \${words[i]}" in
      ${pathsBelow(places)}) place="\${place:+$place }\${words[i]}" ;;
    esac
  done
  case "$place" in
${cases.join('\n')}
  esac
  case "$place \${words[CURRENT-1]}" in
${values.join('\n')}
  esac
  [[ $#words_there -eq 0 && -z $files || \${words[CURRENT]} == -* ]] && words_there+=($options)
  (( $#words_there )) && _describe 'relay' words_there
  [[ -n $files ]] && _files
  return 0
}
if [[ $funcstack[1] == _relay ]]; then _relay "$@"; else compdef _relay relay; fi
`;
}

export function fishScript(places: readonly Place[]): string {
  const lines = places.flatMap(({ path, commands, options, values, argument }) => {
    const at = `complete -c relay -n ${quoted(`__relay_at ${path === '' ? '' : quoted(path)}`.trimEnd())}`;
    const words = Array.isArray(argument) ? argument : [];
    return [
      ...commands.map(({ word, description }) => `${at} -f -a ${word} -d ${quoted(description)}`),
      ...words.map((word) => `${at} -f -a ${word}`),
      ...options.map(({ word, description }) => {
        const choices = values.find(({ option }) => option === word)?.choices;
        const value = choices === undefined ? '' : ` -x${choices.length > 0 ? ` -a ${quoted(choices.join(' '))}` : ''}`;
        return `${at} -l ${word.replace(/^--/, '')}${value} -d ${quoted(description)}`;
      }),
      ...(argument === 'file' ? [`${at} -F`] : []),
    ];
  });
  return `${MADE}
function __relay_at
  set -l place
  for word in (commandline -opc)[2..]
    switch "$place $word"
      case ${places.flatMap(({ path, commands }) => commands.map(({ word }) => quoted(`${path} ${word}`))).join(' ')}
        set place (string trim "$place $word")
    end
  end
  test "$place" = "$argv[1]"
end
complete -c relay -f
${lines.join('\n')}
`;
}
