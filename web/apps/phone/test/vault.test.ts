import { bytes, expectFault, newSlot, pin, sealed } from "./disk.ts";
import { expect, test } from "vitest";
import { checkPin, keyOfPin, leastRounds, measureRounds, normalPin } from "../src/vault/pin.ts";
import { Idle } from "../src/vault/idle.ts";
import { openWorker, vaultDisk } from "../src/store/slots.ts";
import { mostTries, Vault } from "../src/vault/vault.ts";

test("a value opens where it was sealed, under the same key, and nowhere else", async () => {
  const a = await sealed();
  const value = await a.sealer.seal("entries/x", bytes("答案"));
  expect(await a.sealer.unseal("entries/x", value)).toEqual(bytes("答案"));
  expect(await a.sealer.unseal("entries/y", value)).toBeNull();
  expect(await a.sealer.seal("entries/x", bytes("答案"))).not.toEqual(value);
  for (let i = 0; i < value.length; i++) {
    const bent = value.slice();
    bent[i]! ^= 1;
    expect(await a.sealer.unseal("entries/x", bent)).toBeNull();
  }
  expect(await a.sealer.unseal("entries/x", value.subarray(0, 5))).toBeNull();
  expect(await (await sealed()).sealer.unseal("entries/x", value)).toBeNull();
  const again = await sealed(a.slot);
  expect(await again.sealer.unseal("entries/x", value)).toEqual(bytes("答案"));
  expect(await again.sealer.id("copy/r1")).toBe(await a.sealer.id("copy/r1"));
  expect(await (await sealed()).sealer.id("copy/r1")).not.toBe(await a.sealer.id("copy/r1"));
});

test("a locked sealer opens nothing and names nothing", async () => {
  const { sealer } = await sealed();
  await sealer.id("known");
  sealer.drop();
  expect(sealer.open).toBe(false);
  await expectFault(sealer.seal("p", bytes("x")), "locked");
  await expectFault(sealer.unseal("p", bytes("x")), "locked");
  await expectFault(sealer.id("known"), "locked");
});

test("ten wrong PINs destroy the wrap, and the right one fails from then on, after a restart too", async () => {
  const { slot, vault } = await sealed();
  for (let left = mostTries - 1; left > 0; left--) {
    await expectFault(vault.unlock("000001"), "wrong-pin", { left });
    expect(await vault.status()).toEqual({ triesLeft: left, destroyed: false });
  }
  await expectFault(vault.unlock("000001"), "pin-destroyed");
  await expectFault(vault.unlock(pin), "pin-destroyed");
  const db = await openWorker(slot);
  await expectFault(new Vault(vaultDisk(db)).unlock(pin), "pin-destroyed");
  const row = await db.vault.get("vault");
  expect(row).toEqual({ id: "vault", v: 1, salt: row!.salt, rounds: 1000, tries: 10 });
});

test("nine wrong PINs and the right one: all tries are there again", async () => {
  const { vault } = await sealed();
  for (let i = 0; i < 9; i++) await expectFault(vault.unlock("000001"), "wrong-pin");
  await vault.unlock(pin);
  expect(await vault.status()).toEqual({ triesLeft: 10, destroyed: false });
});

test("an attempt counts before the PIN is looked at: cutting the power wins none", async () => {
  const { slot, db } = await sealed();
  const disk = vaultDisk(db);
  let writes = 0;
  const cut = new Vault({
    read: () => disk.read(),
    change: (f) => {
      if (++writes % 2 === 0) throw new Error("the battery was pulled");
      return disk.change(f);
    },
  });
  for (let i = 0; i < 10; i++) await expect(cut.unlock(i % 2 === 0 ? "000001" : pin)).rejects.toThrow("battery");
  const after = new Vault(vaultDisk(await openWorker(slot)));
  expect(await after.status()).toEqual({ triesLeft: 0, destroyed: true });
  await expectFault(after.unlock(pin), "pin-destroyed");
  expect((await db.vault.get("vault"))!.wrap).toBeUndefined();
});

test("two tabs guessing at once have ten tries together", async () => {
  const { slot, vault } = await sealed();
  const other = new Vault(vaultDisk(await openWorker(slot)));
  const tries = await Promise.allSettled(Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? vault : other).unlock("111112")));
  const codes = tries.map((t) => (t.status === "rejected" ? (t.reason as { code: string }).code : "opened"));
  expect(codes.filter((c) => c === "wrong-pin").length).toBeLessThanOrEqual(9);
  expect(codes).not.toContain("opened");
  await expectFault(vault.unlock(pin), "pin-destroyed");
});

test("another PIN opens the same store, the old one no more", async () => {
  const { vault, sealer } = await sealed();
  const value = await sealer.seal("p", bytes("x"));
  await expectFault(vault.changePin("999999", "730154"), "wrong-pin", { left: 9 });
  await expectFault(vault.changePin(pin, "123456"), "weak-pin");
  await vault.changePin(pin, "乡村道路修好了");
  await expectFault(vault.unlock(pin), "wrong-pin");
  expect(await (await vault.unlock(" 乡村道路修好了 ")).unseal("p", value)).toEqual(bytes("x"));
});

test("the row alone is not enough: without this browser's key the right PIN opens nothing", async () => {
  const { db, vault } = await sealed();
  const row = (await db.vault.get("vault"))!;
  expect(row.device!.extractable).toBe(false);
  await expect(crypto.subtle.exportKey("raw", row.device!)).rejects.toThrow();
  await db.vault.put({ ...row, device: await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]) });
  await expectFault(vault.unlock(pin), "wrong-pin");
  const inner = await keyOfPin(pin, row.salt, row.rounds);
  await expect(crypto.subtle.decrypt({ name: "AES-GCM", iv: row.wrap!.subarray(0, 12) }, inner, row.wrap!.subarray(12))).rejects.toThrow();
});

test("PINs: full-width digits are digits, weak ones are refused", () => {
  expect(normalPin("４０２８１６ ")).toBe(pin);
  for (const weak of ["12345", "123456", "654321", "000000", "１１１１１１", "abcdef", "x".repeat(129), ""]) expect(() => checkPin(weak), weak).toThrow(/weak-pin/);
  for (const good of [pin, "135790", "correct horse", "下个月选举"]) {
    if ([...good].length >= 6) expect(() => checkPin(good), good).not.toThrow();
    else expect(() => checkPin(good), good).toThrow();
  }
});

test("rounds are measured, and never fewer than 600,000", async () => {
  expect(leastRounds).toBe(600_000);
  const times = (ms: number): (() => number) => {
    let n = 0;
    return () => ms * n++;
  };
  expect(await measureRounds(times(1000))).toBe(600_000);
  expect(await measureRounds(times(25))).toBe(2_000_000);
  expect(await measureRounds(times(1))).toBe(4_000_000);
  const begun = performance.now();
  await keyOfPin(pin, new Uint8Array(16), leastRounds);
  console.log(`PBKDF2, ${leastRounds} rounds: ${Math.round(performance.now() - begun)} ms here`);
});

test("a vault as phones make it has at least 600,000 rounds", async () => {
  const db = await openWorker(newSlot());
  await new Vault(vaultDisk(db)).create(pin);
  expect((await db.vault.get("vault"))!.rounds).toBeGreaterThanOrEqual(leastRounds);
});

test("five minutes without a touch lock, by whichever clock", () => {
  for (const clock of ["steady", "wall"] as const) {
    const at = { steady: 0, wall: 1e12 };
    let locked = 0;
    const idle = new Idle({ onIdle: () => locked++, steady: () => at.steady, wall: () => at.wall });
    at[clock] += 4 * 60_000;
    expect(idle.look()).toBe(false);
    idle.touch();
    at[clock] += 4 * 60_000;
    expect(idle.look()).toBe(false);
    at.wall -= clock === "wall" ? 0 : 3600_000; // a clock that is put back puts nothing off
    at[clock] += 60_000;
    expect(idle.look()).toBe(true);
    idle.touch();
    expect(locked).toBe(1);
  }
});
