import type { paths } from "./schema.gen.ts";

// Types of calls, read off the generated ones.

export type Path = keyof paths;

type Verb = "get" | "post" | "put" | "patch" | "delete" | "head" | "options";

/** The methods a path has. */
export type Method<P extends Path> = { [V in Verb & keyof paths[P]]: [paths[P][V]] extends [undefined] ? never : V }[Verb & keyof paths[P]];

type Operation<P extends Path, M> = M extends keyof paths[P] ? NonNullable<paths[P][M]> : never;

type Member<O, K extends string> = O extends { readonly [_ in K]?: infer V } ? NonNullable<V> : never;

type Params<O, Where extends string> = Member<Member<O, "parameters">, Where>;

type Content<O> = O extends { readonly content: { readonly "application/json": infer V } } ? V : never;

/** What a call carries; what the operation does not have cannot be given. */
export type Request<P extends Path, M> = Part<"path", Params<Operation<P, M>, "path">> &
  Part<"query", Params<Operation<P, M>, "query">> &
  Part<"body", Content<Member<Operation<P, M>, "requestBody">>> & {
    readonly headers?: Readonly<Record<string, string>>;
    readonly signal?: AbortSignal | undefined;
  };

type Part<K extends string, V> = [V] extends [never] ? { readonly [_ in K]?: never } : {} extends V ? { readonly [_ in K]?: V } : { readonly [_ in K]: V };

type Responses<O> = Member<O, "responses">;
type Success<R> = 200 extends keyof R ? Content<R[200]> : 201 extends keyof R ? Content<R[201]> : 202 extends keyof R ? Content<R[202]> : never;

/** The JSON that a call is answered with; undefined where it has none. */
export type Answer<P extends Path, M> = [Success<Responses<Operation<P, M>>>] extends [never]
  ? undefined
  : Success<Responses<Operation<P, M>>>;
