// The blog's pages. Must not know: SQL, how passwords are kept.
import { randomUUID } from 'node:crypto';
import { authenticated, HTTPError, isLocalUrl, UIModule } from '@typhoon/web';
import { SafeHandler } from '../safe-handler.ts';
import { hashPassword, isPassword } from './password.ts';
import type { Author, BlogStore, Entry } from './store.ts';

/** What all pages share: the store, and who is logged in. */
abstract class Page extends SafeHandler {
  #store: BlogStore | null = null;

  override initialize(options: { readonly store: BlogStore }): void {
    this.#store = options.store;
  }

  get store(): BlogStore {
    if (this.#store === null) throw new Error('a page without its rule');
    return this.#store;
  }

  override getCurrentUser(): Author | null {
    const id = this.getSignedCookie('blog_user');
    return id === null ? null : this.store.author(Number(id.toString()));
  }

  logIn(id: number): void {
    this.setSignedCookie('blog_user', String(id));
  }

  /** Back to where somebody came from, never to another site. */
  goOn(): void {
    const next = this.getArgument('next', { default: '/' });
    this.redirect(isLocalUrl(next) ? next : '/');
  }

  entryOf(slug: string): Entry {
    const entry = this.store.entryOf(slug);
    if (entry === null) throw new HTTPError(404);
    return entry;
  }
}

export class Home extends Page {
  override get(): unknown {
    const entries = this.store.entries(5);
    if (entries.length === 0) {
      this.redirect('/compose');
      return undefined;
    }
    return this.render('blog/home.html', { entries });
  }
}

export class EntryPage extends Page {
  override get(slug: string): unknown {
    return this.render('blog/entry.html', { entry: this.entryOf(slug) });
  }
}

export class Archive extends Page {
  override get(): unknown {
    return this.render('blog/archive.html', { entries: this.store.entries(-1) });
  }
}

export class Feed extends Page {
  override get(): unknown {
    this.setHeader('Content-Type', 'application/atom+xml; charset=UTF-8');
    return this.render('blog/feed.xml', { entries: this.store.entries(10) });
  }
}

export class Compose extends Page {
  @authenticated
  override get(): unknown {
    const slug = this.getArgument('slug', { default: null });
    return this.render('blog/compose.html', { entry: slug === null ? null : this.entryOf(slug) });
  }

  @authenticated
  override post(): void {
    const [title, text] = [this.getArgument('title'), this.getArgument('text')];
    const known = this.getArgument('slug', { default: null });
    const author = this.getCurrentUser();
    if (author === null) throw new HTTPError(403);
    const slug =
      known === null ? this.store.addEntry(title, text, author.id) : this.entryOf(known).slug;
    if (known !== null) this.store.changeEntry(slug, title, text);
    this.redirect(this.reverseUrl('entry', slug));
  }
}

/** The first who comes is the author; nobody else can become one. */
export class CreateAuthor extends Page {
  override prepare(): void {
    if (this.store.hasAuthors()) throw new HTTPError(400, 'there is an author already');
  }

  override get(): unknown {
    return this.render('blog/author.html', { isNew: true, error: null });
  }

  override async post(): Promise<void> {
    const [email, name] = [this.getArgument('email'), this.getArgument('name')];
    const hash = await hashPassword(this.getArgument('password', { strip: false }));
    if (this.store.hasAuthors()) throw new HTTPError(400, 'somebody else was faster');
    this.logIn(this.store.addAuthor(email, name, hash));
    this.goOn();
  }
}

const NOBODYS = hashPassword(randomUUID());

export class Login extends Page {
  override get(): unknown {
    if (!this.store.hasAuthors()) {
      this.redirect('/auth/create');
      return undefined;
    }
    return this.render('blog/author.html', { isNew: false, error: null });
  }

  override async post(): Promise<void> {
    const author = this.store.authorOf(this.getArgument('email'));
    const password = this.getArgument('password', { strip: false });
    // Nobody's password takes as long to try: how fast the answer comes does not tell who has an account.
    const isRight = await isPassword(password, author?.passwordHash ?? (await NOBODYS));
    if (author !== null && isRight) {
      this.logIn(author.id);
      this.goOn();
      return;
    }
    this.setStatus(403);
    await this.render('blog/author.html', { isNew: false, error: 'email or password is wrong' });
  }
}

export class Logout extends Page {
  override post(): void {
    this.clearCookie('blog_user', { httpOnly: true, sameSite: 'Lax' });
    this.goOn();
  }
}

/** `{% module EntryModule(entry) %}` */
export class EntryModule extends UIModule {
  override render(entry: Entry): Buffer {
    return this.renderString('blog/modules/entry.html', { entry });
  }

  override cssFiles(): string {
    return 'blog.css';
  }
}
