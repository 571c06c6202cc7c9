// When a template's name is meant from where the template is that uses it.

/** Whether `name` is relative to the directory of `parentPath` (TPL-21). */
export function isRelative(name: string, parentPath: string | null): parentPath is string {
  if (parentPath === null || parentPath === '') return false;
  return !parentPath.startsWith('<') && !parentPath.startsWith('/') && !name.startsWith('/');
}
