// What a phone is made of: the ways to its disk, its keys, the server, the time. The app implements them for the browser,
// tests and tools for Node. Nothing in this package knows which.

import type { Bytes } from "@ruhu/merge";
import type { Stream } from "./model.ts";

/** What one step writes: all of it or nothing. */
export interface Step {
  /** Entries to put; null deletes one. */
  readonly entries: ReadonlyMap<string, Bytes | null>;
  /** Every entry whose key begins with one of these is deleted too, except those that entries puts. */
  readonly dropUnder: readonly string[];
  /** The step deletes words for good: when it is done nothing it replaced or deleted may be readable any more. */
  readonly shred: boolean;
}

/**
 * Keeps a phone's few thousand small entries. Keys are short ASCII with "/" between their parts; values are opaque, and
 * secret: they hold answers. A store that seals does so before its transaction and unseals after it, so that one transaction
 * of IndexedDB, which waits for nothing else, is enough for each of load, get and commit.
 *
 * Keys under "app/<record>/" are the application's: instances of forms, photos. They are committed with the phone's own,
 * vanish with their record, and are never loaded: get reads them. Keys under "pack/" hold what nobody here can read, sealed for the
 * server: they are neither loaded nor need to be sealed again.
 */
export interface Store {
  /**
   * Calls visit once for each entry that is not under "app/" or "pack/", in any order. A value is as it was committed: the store notices
   * damage, and gives null for what it cannot read any more (or an older value, or leaves the entry out).
   */
  load(visit: (key: string, value: Bytes | null) => void): Promise<void>;
  /** One entry; undefined where there is none, null where it is damaged. */
  get(key: string): Promise<Bytes | null | undefined>;
  /** The keys under a prefix, sorted. */
  keys(prefix: string): Promise<string[]>;
  /** Carries out a step and resolves after it is durable. After a rejection either may be the case; the phone loads again. */
  commit(step: Step): Promise<void>;
  /** Whether somebody else (another tab, the service worker) has committed since this one last loaded or committed. */
  changed(): Promise<boolean>;
  /**
   * Runs f while nobody else holds the same: no other call in this context, and no other context on the same store. In a
   * browser: Web Locks. "step" is held for one step, "flow" for a whole push or pull, with many steps within.
   */
  hold<T>(what: "step" | "flow", f: () => Promise<T>): Promise<T>;
}

/** Keeps the keys a phone signs with. They never leave it; other code knows them by name. */
export interface Keys {
  /** Makes a key pair (ECDSA P-256) and returns its name, once it is durable. */
  create(): Promise<string>;
  /** The public half as an uncompressed point, 65 bytes; undefined where the key is gone. */
  publicKey(name: string): Promise<Bytes | undefined>;
  /** Signs the SHA-256 of message: 64 bytes, r ‖ s. Code: unauthenticated where the key is gone. */
  sign(name: string, message: Bytes): Promise<Bytes>;
}

/** Who a phone is. key is a name in Keys. */
export interface Credentials {
  readonly device: string;
  readonly registryDevice: string;
  readonly certificate: string;
  readonly key: string;
}

/** What a phone says when it enrols with a code. Only the public half of key leaves the phone. */
export interface EnrolRequest {
  readonly code: string;
  readonly name: string;
  readonly platform: string;
  readonly key: string;
}

/** What a phone says when it enrols anew because its log and the server's differ. device is the former answers device. */
export interface ForkRequest {
  readonly certificate: string;
  readonly device: string;
  readonly key: string;
  readonly newKey: string;
}

/** What the server answers. */
export interface Enrolment {
  readonly device: string;
  readonly registryDevice: string;
  readonly certificate: string;
  readonly worker: string;
  readonly workerName: string;
  readonly grids: readonly string[];
  readonly epoch: string;
  /** Uncompressed P-256 point that packs are sealed for; undefined where the server has none. */
  readonly serverKey: Bytes | undefined;
}

/** The bytes of an answer as they come. An answer that breaks off throws; what came before counts. */
export type Answer = AsyncIterable<Uint8Array>;

/**
 * The way to the server. Errors are Coded; those the phone acts on are device-revoked (of pull: it drains from then on; of
 * push: its time to drain is over) and unconfirmed-device. Everything else is a link that failed.
 */
export interface Transport {
  /**
   * Says who the phone is: after it was opened, and whenever that changed durably. Only then do push and pull speak as the
   * new device; an enrolment whose answer the phone could not save never was.
   */
  bind(c: Credentials): void;
  /**
   * Sends one push. The body is not packed; packing it is the transport's. device is the author of the body: one of the
   * phone's devices, or a former one, whose body is attested.
   */
  push(device: string, body: Bytes, signal?: AbortSignal): Promise<Answer>;
  /** Sends a sealed pack of another phone. */
  pushPack(pack: Bytes, signal?: AbortSignal): Promise<Answer>;
  /** Asks for one page. */
  pull(cursor: string, limit: number, signal?: AbortSignal): Promise<Answer>;
  /** Uses a one-time code. */
  enrol(r: EnrolRequest): Promise<Enrolment>;
  /** Enrols anew, without a code, by the former device's certificate and a fresh signature with its key. */
  fork(r: ForkRequest): Promise<Enrolment>;
}

/** All a phone needs. */
export interface Options {
  readonly store: Store;
  readonly keys: Keys;
  readonly transport: Transport;
  /** The phone's own clock, ms since the Unix epoch; it may be wrong by years. */
  readonly now: () => number;
  /** Random bytes: nonces and ids. */
  readonly random: (n: number) => Bytes;
  /** Change sets in one push at most; 400 where not given. */
  readonly maxLines?: number;
  /**
   * Whether a form that was opened is kept at once, before anything is typed: then it is open again after a crash, and another
   * tab knows of it. true where not given.
   */
  readonly keepOpened?: boolean;
  /**
   * Whether everything written is kept a second time for the server's key alone, under "pack/": readable by nobody here, and all
   * that is left where the store's own key is lost.
   */
  readonly escrow?: boolean;
  /** The time that a set of a stream says it was written, of the phone's clock; the clock itself where not given. */
  readonly stamp?: (stream: Stream, now: number) => number;
  /** Whether files of a record are still to be sent: until then its answers stay on this phone. */
  readonly filesPending?: (record: string) => boolean;
}
