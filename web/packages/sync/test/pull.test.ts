import { hex, sha256 } from "@ruhu/merge";
import { expect, test } from "vitest";
import { Memory, MemoryCabinet, Phone, WebKeys } from "../src/index.ts";
import { Line, Office } from "./office.ts";

const grid = "990101001201001";

async function handset() {
  const office = new Office();
  const line = new Line(office);
  const store = new Memory();
  const random = (n: number) => crypto.getRandomValues(new Uint8Array(n));
  const phone = await Phone.open({ store, keys: new WebKeys(new MemoryCabinet()), transport: line, now: () => 1, random });
  await phone.enrol("code", "phone", "test");
  const interview = async (value: string): Promise<string> => {
    const s = await phone.new("answers", "f", "1", grid);
    s.set("q1", value);
    await s.submit();
    return s.record;
  };
  const pulled = async (...lines: object[]): Promise<void> => {
    office.extra = lines.map((l) => JSON.stringify(l) + "\n");
    await phone.pull();
    office.extra = [];
  };
  return { phone, office, line, store, interview, pulled };
}

test("a leave ends copies up to its sequence, and no later one", async () => {
  const { phone, office, interview, pulled } = await handset();
  const record = await interview("1");
  await phone.sync(); // the office sends copies of sequence 1
  const copy = office.records.get(record)!;
  office.records.clear();
  await pulled({ kind: "leave", record, at: 0 });
  expect((await phone.view(record)).base).toBeDefined();
  await pulled({ kind: "leave", record, at: 1 });
  await expect(phone.view(record)).rejects.toMatchObject({ code: "not-found" });
  office.records.set(record, copy);
  await pulled();
  expect((await phone.view(record)).base).toBeDefined();
});

test("a leave of a grid ends what lies in it, and waits for what is unsent there", async () => {
  const { phone, office, line, interview, pulled } = await handset();
  const [gone, busy] = [await interview("1"), await interview("2")];
  await phone.sync();
  const s = await phone.edit(busy);
  s.set("q1", "3");
  await s.leave();
  office.records.clear();
  await pulled({ kind: "leave", grid, at: 9 });
  await expect(phone.view(gone)).rejects.toMatchObject({ code: "not-found" });
  expect((await phone.view(busy)).state?.shown("q1")?.value).toBe("3");
  line.offline = false;
  await phone.push();
  await expect(phone.view(busy)).rejects.toMatchObject({ code: "not-found" });
});

test("what will never be merged is not shown", async () => {
  const { phone, office, interview } = await handset();
  const record = await interview("1");
  office.refuse = "void";
  await phone.push();
  expect(await phone.status()).toMatchObject({ unsent: 0, void: 1 });
  await expect(phone.view(record)).rejects.toMatchObject({ code: "not-found" });
});

test("a new epoch: everything kept is offered again, and markers are handed back until the server has them", async () => {
  const { phone, office, interview, pulled } = await handset();
  await interview("1");
  const erased = await interview("2");
  await phone.sync();
  office.records.delete(erased);
  await pulled({ kind: "erased", record: erased, proof: "p" });
  expect((await phone.status()).markersToHandBack).toBe(0);
  office.restore("ep_2");
  await phone.pull();
  expect(await phone.status()).toMatchObject({ epoch: "ep_2", unsent: 2, markersToHandBack: 1 });
  await phone.sync();
  expect(office.handedBack).toEqual([["dv_1", erased, "p"], ["rg_1", erased, "p"]]);
  expect(await phone.status()).toMatchObject({ unsent: 0, markersToHandBack: 0, void: 1 });
  expect(office.log("dv_1").lines).toHaveLength(2);
});

test("values that are withheld go from what arrived, and what did not arrive goes out first", async () => {
  const { phone, interview, office, pulled, store } = await handset();
  const record = await interview("first words");
  await phone.sync();
  const s = await phone.edit(record);
  s.set("q1", "later words");
  await s.leave();
  office.records.get(record)!.state.withhold("q1");
  await pulled({ kind: "withheld", record, prefix: "q1" });
  expect((await phone.log()).map((e) => e.kept)).toEqual([false, true]);
  await phone.sync();
  await pulled({ kind: "withheld", record, prefix: "q1" });
  const stored: string[] = [];
  await store.load((_, value) => stored.push(new TextDecoder().decode(value ?? undefined)));
  expect(stored.join()).not.toContain("words");
  expect((await phone.view(record)).state?.shown("q1")).toBeUndefined();
});

test("a stub takes the answers after own work has arrived, and its digest counts", async () => {
  const { phone, office, interview, pulled } = await handset();
  const record = await interview("1");
  await phone.sync();
  const s = await phone.edit(record);
  s.set("q1", "2");
  await s.leave();
  const { state } = office.records.get(record)!;
  office.records.clear();
  const stub = { kind: "stub", record, grid, form: "f", case: "C1", status: "approved", digest: hex(state.digest()), at: 2 };
  await pulled(stub);
  expect((await phone.view(record)).state?.shown("q1")?.value).toBe("2");
  await phone.push();
  expect(await phone.view(record)).toMatchObject({ state: undefined, status: "approved", case: "C1" });
  await expect(phone.edit(record)).rejects.toMatchObject({ code: "conflict" });
  expect(await phone.status()).toMatchObject({ stubs: 1, records: 0 });
});

test("complete is said only where all digests agree", async () => {
  const { phone, office, interview } = await handset();
  await interview("1");
  await phone.sync();
  expect((await phone.status()).complete).toBe(true);
  office.lie = { [grid]: `1:${hex(sha256("else"))}` };
  const r = await phone.pull();
  expect(r).toMatchObject({ complete: false, mismatch: [grid], requests: 2 });
  expect((await phone.status()).complete).toBe(false);
});

test("lines of a newer server are passed over, and a page that breaks off is none", async () => {
  const { phone, office, interview, pulled } = await handset();
  await interview("1");
  await phone.sync();
  await pulled({ kind: "weather", id: "w1", body: { rain: 1.5e3 } }, { kind: "household", id: "h1", grid, body: { n: 1 }, colour: [1, { a: null }] });
  expect(await phone.items("household")).toEqual([{ kind: "household", id: "h1", grid, version: "", body: '{"n":1}' }]);
  await pulled({ kind: "household", gone: true }, { kind: "household", id: "h2", grid, body: {} });
  expect((await phone.items("household")).map((i) => i.id)).toEqual(["h2"]);
  office.cutPages = true;
  office.extra = ['{"kind":"household","id":"h3","grid":"1","body":{}}\n'];
  await expect(phone.pull()).rejects.toMatchObject({ code: "interrupted" });
  expect((await phone.items("household")).map((i) => i.id)).toEqual(["h2"]);
});
