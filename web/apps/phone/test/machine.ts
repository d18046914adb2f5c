// A phone on which the app can be killed at any moment: what it was doing ends there, what the disk holds stays.

import "fake-indexeddb/auto";
import { type PhoneOptions, RuhuPhone } from "../src/app/phone.ts";
import { ContextLocks } from "../src/store/locks.ts";

/** The app's code goes no further from the moment it is killed: everything it waits for never comes. */
function never<T>(): Promise<T> {
  return new Promise(() => undefined);
}

export class Killed extends Error {
  constructor() {
    super("killed");
    this.name = "Killed";
  }
}

const open = IDBDatabase.prototype.transaction;
const put = IDBObjectStore.prototype.put;
const enter = IDBFactory.prototype.open;

/** The machine whose app is running; databases and transactions belong to it. */
let running: Life | undefined;
const owner = new WeakMap<IDBDatabase, Life>();

/** One run of the app, from start to kill. */
class Life {
  dead = false;
  /** Operations until it is killed; Infinity = it lives. */
  left = Infinity;
  readonly transactions = new Set<IDBTransaction>();
  readonly databases = new Set<IDBDatabase>();
  onKilled: () => void = () => undefined;

  /** One more operation: perhaps its last. */
  step(): void {
    if (!this.dead && --this.left < 0) this.kill();
  }

  kill(): void {
    if (this.dead) return;
    this.dead = true;
    for (const tx of this.transactions) {
      try {
        tx.abort();
      } catch {
        // it was over
      }
    }
    for (const db of this.databases) db.close();
    this.onKilled();
  }

  owns(db: IDBDatabase): void {
    owner.set(db, this);
    this.databases.add(db);
    if (this.dead) db.close();
  }
}

IDBDatabase.prototype.transaction = function (this: IDBDatabase, ...args: Parameters<typeof open>) {
  const life = owner.get(this);
  if (life) {
    life.step();
    if (life.dead) throw new DOMException("killed", "UnknownError");
  }
  const tx = open.apply(this, args);
  life?.transactions.add(tx);
  const over = (): void => void life?.transactions.delete(tx);
  tx.addEventListener("complete", over);
  tx.addEventListener("abort", over);
  return tx;
};

IDBObjectStore.prototype.put = function (this: IDBObjectStore, ...args: Parameters<typeof put>) {
  const life = owner.get(this.transaction.db);
  life?.step();
  if (life?.dead) throw new DOMException("killed", "UnknownError");
  return put.apply(this, args);
};

IDBFactory.prototype.open = function (this: IDBFactory, ...args: Parameters<typeof enter>) {
  const life = running;
  const request = enter.apply(this, args);
  request.addEventListener("success", () => life?.owns(request.result));
  request.addEventListener("upgradeneeded", () => life?.owns(request.result));
  return request;
};

export class Machine {
  readonly #o: PhoneOptions;
  #life: Life | undefined;
  app: RuhuPhone | undefined;
  kills = 0;

  constructor(o: PhoneOptions) {
    this.#o = o;
  }

  /** Starts the app; kills it after so many more operations on disk and network. */
  async start(left = Infinity): Promise<RuhuPhone> {
    this.kill();
    const life = new Life();
    this.#life = running = life;
    life.left = left;
    const real = this.#o.fetch ?? fetch;
    const over = async <T>(p: Promise<T>): Promise<T> => {
      life.step();
      if (life.dead) return never();
      const v = await p;
      life.step();
      return life.dead ? never() : v;
    };
    const app = await this.alive(
      RuhuPhone.open({ rounds: 1000, background: false, ...this.#o, locks: new ContextLocks(), fetch: (...a: Parameters<typeof fetch>) => over(real(...a)) }),
    );
    this.app = app;
    return app;
  }

  /** What the app promises, or Killed. */
  async alive<T>(p: Promise<T>): Promise<T> {
    const life = this.#life!;
    if (life.dead) throw new Killed();
    const killed = new Promise<never>((_, reject) => {
      const before = life.onKilled;
      life.onKilled = () => {
        before();
        reject(new Killed());
      };
    });
    killed.catch(() => undefined);
    try {
      const v = await Promise.race([p, killed]);
      if (life.dead) throw new Killed();
      return v;
    } catch (err) {
      p.catch(() => undefined);
      if (life.dead) throw new Killed();
      throw err;
    }
  }

  killAfter(operations: number): void {
    if (this.#life) this.#life.left = operations;
  }

  kill(): void {
    if (!this.#life || this.#life.dead) return;
    this.#life.kill();
    this.kills++;
    this.app = undefined;
  }

  /** Whether the app was killed. */
  get dead(): boolean {
    return this.#life?.dead ?? true;
  }

  counted(): void {
    this.kills++;
  }
}
