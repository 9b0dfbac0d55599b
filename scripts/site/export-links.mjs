// The names in the tables of a package's page lead to their pages of the reference. The tables stand in its README, whose readers on GitHub and npm have
// no reference at hand, so that the links are put in when the site is built.
import { ReflectionKind } from 'typedoc';

/** The modules of a package by what one imports them as. typedoc makes one of a package with one documented door. */
function doorsOf({ name, children }) {
  const doors = children.filter((child) => child.kindOf(ReflectionKind.Module));
  if (doors.length === 0) return new Map([[name, children]]);
  const [scope] = name.split('/');
  return new Map(doors.map((door) => [`${scope}/${door.name}`, door.children]));
}

/** Names the modules of packages with several doors by what one imports them as, without the scope: typedoc calls them after their files. */
export function nameDoors(project) {
  for (const { name, children } of project.children) {
    const [, folder] = name.split('/');
    for (const door of children.filter((child) => child.kindOf(ReflectionKind.Module)))
      door.name = door.name === 'index' ? folder : `${folder}/${door.name}`;
  }
}

/** A name without the places at which it may break. */
const plain = (name) => name.replaceAll('<wbr>', '');

/** Makes links of the names in the first column of tables, where the door that the text names last exports them. */
export function linkExports(page, router) {
  const model = page.model;
  if (!model.isDeclaration?.() || !model.kindOf(ReflectionKind.Module) || !model.readme) return page.contents;
  const doors = doorsOf(model);
  let exported = doors.get(model.name);
  const linkNames = (cells) =>
    cells.replaceAll(/<code>([\w<>]+?)<\/code>/g, (code, text) => {
      const target = exported?.find(({ name }) => name === plain(text));
      return target ? `<a href="${router.relativeUrl(model, target)}">${code}</a>` : code;
    });
  return page.contents.replaceAll(/<p>From <code>(.+?)<\/code>:<\/p>|<tr>\s*<td[^>]*>.*?<\/td>/gs, (found, door) => {
    if (door === undefined) return linkNames(found);
    exported = doors.get(plain(door));
    return found;
  });
}
