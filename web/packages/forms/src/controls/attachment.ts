import { onBeforeUnmount, ref, type Ref, watch } from "vue";
import { own } from "../own.ts";
import type { Question } from "../types.ts";
import { type Answer, useForm } from "../view/context.ts";

export interface Attachment {
  /** An address to show the file by, "" = none. */
  readonly url: Ref<string>;
  readonly bytes: Ref<number>;
  /** The answer names a file that is not on this phone. */
  readonly missing: Ref<boolean>;
  readonly busy: Ref<boolean>;
  readonly failed: Ref<"" | "unreadable" | "full">;
  /** Makes a file of what work gives the answer. */
  put(work: () => Promise<{ readonly file: Blob; readonly extension: string }>): Promise<void>;
  remove(): void;
}

/** The file of a question's answer. */
export function useAttachment(q: () => Question, answer: Answer): Attachment {
  const form = useForm();
  const [url, bytes, missing, busy] = [ref(""), ref(0), ref(false), ref(false)];
  const failed: Attachment["failed"] = ref("");

  function release(): void {
    if (url.value) URL.revokeObjectURL(url.value);
    url.value = "";
  }

  watch(() => q().value, async (name) => {
    release();
    missing.value = false;
    if (name === "") return;
    const file = await form.session.file(name).catch(() => undefined);
    if (q().value !== name) return;
    missing.value = !file;
    bytes.value = file?.size ?? 0;
    if (file) url.value = URL.createObjectURL(file);
  }, { immediate: true });
  onBeforeUnmount(release);

  async function put(work: () => Promise<{ readonly file: Blob; readonly extension: string }>): Promise<void> {
    busy.value = true;
    failed.value = "";
    try {
      const { file, extension } = await work();
      form.touched.add(q().path);
      const refusal = await form.session.attach(q().path, file, extension);
      if (!refusal && own(form.conflicts.value, q().path)) form.settle(q().path);
    } catch (e) {
      failed.value = e instanceof Error && e.name === "QuotaExceededError" ? "full" : "unreadable";
    } finally {
      busy.value = false;
    }
  }

  return { url, bytes, missing, busy, failed, put, remove: () => answer.clear() };
}

/** "1.2 MB" */
export function sizeText(bytes: number): string {
  return bytes < 1 << 20 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / (1 << 20)).toFixed(1)} MB`;
}

const known: Readonly<Record<string, string>> = {
  "image/jpeg": "jpg", "image/png": "png", "audio/mpeg": "mp3", "audio/mp4": "m4a", "audio/ogg": "ogg", "audio/webm": "webm", "audio/wav": "wav", "video/mp4": "mp4", "video/webm": "webm", "video/3gpp": "3gp",
  "application/pdf": "pdf", "text/csv": "csv", "text/plain": "txt",
};

/** The extension a file's answer gets: its own, or that of its type. */
export function extensionOf(file: Blob): string {
  const own = file instanceof File ? /\.([A-Za-z0-9]{1,8})$/.exec(file.name)?.[1] : undefined;
  return own?.toLowerCase() ?? known[file.type.split(";")[0] ?? ""] ?? "bin";
}
