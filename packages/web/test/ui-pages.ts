// A module namespace as the settings `uiModules` and `uiMethods` take it.
import { UIModule, type RequestHandler } from '../src/index.ts';

export class Hello extends UIModule {
  override render(name: string): string {
    return `hello ${name}`;
  }
}

export function shout(handler: RequestHandler, text: string): string {
  return `${text.toUpperCase()} of ${handler.request.path}`;
}
