// The settings `uiModules` and `uiMethods`: an object of names, a namespace (`import * as`), or a list of these (WEB-79).
import { builtInModules } from './built-in-modules.ts';
import { UIModule } from './ui-module.ts';
import type { PageModuleClass, UIMethod } from './page-modules.ts';

/** A setting's names and what they stand for. What is no module, or no method, is passed over. */
export type NamespaceSetting = object | readonly object[];

/** The modules of a setting besides the built-in ones: classes that extend `UIModule`. */
export function collectModules(setting: NamespaceSetting = []): Map<string, PageModuleClass> {
  const modules = new Map(builtInModules);
  for (const [name, value] of entriesOf(setting)) {
    if (isModuleClass(value)) modules.set(name, value);
  }
  return modules;
}

/** The methods of a setting: functions whose names begin with a small letter. */
export function collectMethods(setting: NamespaceSetting = []): Map<string, UIMethod> {
  const methods = new Map<string, UIMethod>();
  for (const [name, value] of entriesOf(setting)) {
    if (isMethod(value) && /^\p{Ll}/u.test(name)) methods.set(name, value);
  }
  return methods;
}

function entriesOf(setting: NamespaceSetting): [string, unknown][] {
  const namespaces: readonly object[] = isList(setting) ? setting : [setting];
  return namespaces.flatMap((namespace) => Object.entries(namespace));
}

function isList(setting: NamespaceSetting): setting is readonly object[] {
  return Array.isArray(setting);
}

function isModuleClass(value: unknown): value is PageModuleClass {
  return typeof value === 'function' && value.prototype instanceof UIModule;
}

function isMethod(value: unknown): value is UIMethod {
  return typeof value === 'function' && !isModuleClass(value);
}
