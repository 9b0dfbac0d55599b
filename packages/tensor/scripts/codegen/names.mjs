export function lowerFirst(name) {
  return name[0].toLowerCase() + name.slice(1);
}
