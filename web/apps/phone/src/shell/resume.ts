// Which record was open when the app was last seen: after a kill it comes back there. It is kept outside the sealed store, so it is
// the record's random id and nothing else.

const key = "ruhu-open-record";

export const resume = {
  get record(): string {
    try {
      return localStorage.getItem(key) ?? "";
    } catch {
      return "";
    }
  },
  set record(id: string) {
    try {
      if (id === "") localStorage.removeItem(key);
      else localStorage.setItem(key, id);
    } catch {
      // Without it the worker opens the draft from the list.
    }
  },
};
