// Generated from server/openapi.yaml by npm run generate. Do not edit.

export interface paths {
    readonly "/v1/auth/login": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Sign in with user name and password
         * @description With `cookie` true the session lives in HttpOnly cookies and no token is in the answer; send `csrf` back as `X-Ruhu-CSRF` on writes.
         */
        readonly post: operations["login"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/auth/refresh": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * A new access token
         * @description By refresh token (rotated; a repeat within 60 s or until the successor is used gives the same successor, a
         *     later one ends the session), or by device certificate and a fresh signature. The signature is ECDSA P-256 over
         *     `ruhu-refresh:` + device + `:` + at, where at is RFC 3339 within five minutes of the server's time.
         */
        readonly post: operations["refresh"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/auth/logout": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** End the session */
        readonly post: operations["logout"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/me": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Who I am and what I may do */
        readonly get: operations["me"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/me/password": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Change my password */
        readonly post: operations["changeOwnPassword"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/devices": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Phones, with their last contact */
        readonly get: operations["listDevices"];
        readonly put?: never;
        /**
         * Enrol a phone
         * @description With a one-time `code`; or, after a fork, with the former device's `certificate` and a signature over
         *     `ruhu-fork:` + device + `:` + at + `:` + the new public key (base64). Gives the phone one device for each
         *     stream, a certificate and tokens.
         */
        readonly post: operations["enrolDevice"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/devices/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /**
         * Revoke a phone
         * @description Effective within 5 s. Its unsent work may still be pushed for 14 days, into quarantine.
         */
        readonly delete: operations["revokeDevice"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/devices/{id}/confirm": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Confirm a phone that was re-admitted by its certificate after a restore */
        readonly post: operations["confirmDevice"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/devices/{id}/drain": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Let a revoked phone push for longer */
        readonly post: operations["prolongDrain"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/enrolments": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Codes that are still good, without the codes */
        readonly get: operations["listEnrolments"];
        readonly put?: never;
        /** A one-time code for a new worker, or for a further phone of one */
        readonly post: operations["createEnrolment"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/enrolments:batch": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * One-time codes for many new workers at once, to be printed
         * @description All or none; what is wrong with any of them is in `faults` with its place. The codes are shown once.
         */
        readonly post: operations["createEnrolments"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/enrolments/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /** Make a code worthless */
        readonly delete: operations["revokeEnrolment"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/users": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Accounts */
        readonly get: operations["listUsers"];
        readonly put?: never;
        /** Open an account */
        readonly post: operations["createUser"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/users/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        /** Disable an account, or set its password */
        readonly patch: operations["changeUser"];
        readonly trace?: never;
    };
    readonly "/v1/users/{id}/grants": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Grant grids to a worker and withdraw them */
        readonly post: operations["changeGrants"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/workers": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * The workers of a street, for assignments and hand-overs
         * @description Whose account began there or who has a phone there, with the grids granted there now; a street has few enough for one answer.
         */
        readonly get: operations["listWorkers"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/research-grants": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Dated access of researchers, newest first */
        readonly get: operations["listResearchGrants"];
        readonly put?: never;
        /**
         * Give a researcher's account an area, a purpose and an end
         * @description The account is given the area and ends with the grant; the grant before ends. Pseudonyms in exports are another grant's
         *     no more. At most two years.
         */
        readonly post: operations["grantResearch"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/research-grants/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /**
         * Take a grant back
         * @description The account may do nothing from now on, until it is given another one.
         */
        readonly delete: operations["endResearch"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/areas": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Districts, streets, villages and grids */
        readonly get: operations["listAreas"];
        readonly put?: never;
        /** Add or rename one area */
        readonly post: operations["createArea"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/areas:import": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Import areas from CSV or XLSX
         * @description Columns code, name_zh, name_en, kind, parent. Faults name line and column; nothing changes unless all is right.
         */
        readonly post: operations["importAreas"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/areas/shapes": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * The shapes of areas, as far as they were loaded
         * @description Pages of a GeoJSON FeatureCollection in order of code, at most a megabyte each; `id` of a feature is the area's code.
         */
        readonly get: operations["listAreaShapes"];
        readonly put?: never;
        /**
         * Load shapes of areas from GeoJSON
         * @description A FeatureCollection of Polygons and MultiPolygons in longitude and latitude (WGS 84), each with the area's code as the
         *     property `code`; 8 MiB, 5,000 features, 400,000 points. Coordinates are kept to about a tenth of a metre. Faults name
         *     the feature by its number as `line`; nothing changes unless all is right. A shape that is there is replaced.
         */
        readonly post: operations["loadAreaShapes"];
        /** Remove the shapes of an area and of all below it */
        readonly delete: operations["dropAreaShapes"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/surveys": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Surveys */
        readonly get: operations["listSurveys"];
        readonly put?: never;
        /** Describe a survey, its forms and on what ground it is made */
        readonly post: operations["createSurvey"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/surveys/{id}/open": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Open a survey for collection */
        readonly post: operations["openSurvey"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/surveys/{id}/close": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Close a survey; work begun before may still come in */
        readonly post: operations["closeSurvey"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/households": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Households of an area */
        readonly get: operations["listHouseholds"];
        readonly put?: never;
        /** Add or change one household */
        readonly post: operations["createHousehold"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/households:import": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Import households from CSV or XLSX */
        readonly post: operations["importHouseholds"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/households/{id}/visits": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        /** The attempts at a household, oldest first */
        readonly get: operations["listVisits"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/contacts": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Who asked to be called back, and volunteers */
        readonly get: operations["listContacts"];
        readonly put?: never;
        /**
         * Add a contact, or change one by its id
         * @description Kept until `until`, at most and by default 180 days.
         */
        readonly post: operations["putContact"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/contacts/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /** Remove a contact */
        readonly delete: operations["deleteContact"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/followups": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Matters that households wait for a reply to
         * @description Records of follow-up forms in order of arrival. A page may hold fewer than asked for and still have a `next`: open ones
         *     are looked for among all.
         */
        readonly get: operations["listFollowups"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/followups/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        /** One matter */
        readonly get: operations["getFollowup"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/followups/{id}/changes": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Note what was done, settle a conflict, close the matter
         * @description A change set like any other. 409 `changed-since` when `ctx` does not cover what has come in.
         */
        readonly post: operations["changeFollowup"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/unconfirmed-erasures": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Phones that have not confirmed an erasure
         * @description Phones which may hold something that was erased or withheld since they last pulled. They are told at the next pull; one
         *     that never comes again has to be found.
         */
        readonly get: operations["listUnconfirmed"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/assignments": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Who visits which household with which form */
        readonly get: operations["listAssignments"];
        readonly put?: never;
        /** Assign a household, or all selected households of a grid, to a worker */
        readonly post: operations["createAssignments"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/assignments/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /** Take an assignment back */
        readonly delete: operations["deleteAssignment"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/assignments:summary": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Who has which grid for which form, by name or household by household */
        readonly get: operations["summariseAssignments"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/assignments:import": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Import assignments from CSV or XLSX */
        readonly post: operations["importAssignments"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/forms": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Forms and their versions */
        readonly get: operations["listForms"];
        readonly put?: never;
        /**
         * Add a form version
         * @description Multipart parts `form` (an XLSForm as XLSX or an XForm as XML; the bytes decide) and `attachment` (any number). All
         *     faults are answered at once as `faults`, of an XLSForm with `sheet`, `row`, `column`, `message` and `hint`, of XML with
         *     `line`; nothing is stored then. The same id and version with other bytes is refused, and so is a version in which an
         *     existing question changes its type.
         */
        readonly post: operations["addForm"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/forms:check": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * What adding a form would do - its faults, how phones would get it, what differs from the version before
         * @description The same parts as `POST /v1/forms`; nothing is stored. Whether phones can open it only the engine of phones knows.
         */
        readonly post: operations["checkForm"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/forms/{id}/{version}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description the XForm id, percent-encoded */
                readonly id: components["parameters"]["FormID"];
                /** @description percent-encoded; `-` for an empty one */
                readonly version: components["parameters"]["FormVersion"];
            };
            readonly cookie?: never;
        };
        /** One form version */
        readonly get: operations["getForm"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/forms/{id}/{version}/close": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description the XForm id, percent-encoded */
                readonly id: components["parameters"]["FormID"];
                /** @description percent-encoded; `-` for an empty one */
                readonly version: components["parameters"]["FormVersion"];
            };
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Stop handing out a form version */
        readonly post: operations["closeForm"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/forms/{id}/{version}/form.xml": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description the XForm id, percent-encoded */
                readonly id: components["parameters"]["FormID"];
                /** @description percent-encoded; `-` for an empty one */
                readonly version: components["parameters"]["FormVersion"];
            };
            readonly cookie?: never;
        };
        /** The uploaded bytes, unchanged */
        readonly get: operations["formXML"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/forms/{id}/{version}/phone.xml": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description the XForm id, percent-encoded */
                readonly id: components["parameters"]["FormID"];
                /** @description percent-encoded; `-` for an empty one */
                readonly version: components["parameters"]["FormVersion"];
            };
            readonly cookie?: never;
        };
        /** The form as phones get it, with deprecatedID and row ids where missing */
        readonly get: operations["phoneXML"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/forms/{id}/{version}/model.json": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description the XForm id, percent-encoded */
                readonly id: components["parameters"]["FormID"];
                /** @description percent-encoded; `-` for an empty one */
                readonly version: components["parameters"]["FormVersion"];
            };
            readonly cookie?: never;
        };
        /** The form as a tree of questions */
        readonly get: operations["formModel"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/forms/{id}/{version}/changes": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description the XForm id, percent-encoded */
                readonly id: components["parameters"]["FormID"];
                /** @description percent-encoded; `-` for an empty one */
                readonly version: components["parameters"]["FormVersion"];
            };
            readonly cookie?: never;
        };
        /** What this version has that another had not, in words */
        readonly get: operations["formChanges"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/forms/{id}/{version}/files": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description the XForm id, percent-encoded */
                readonly id: components["parameters"]["FormID"];
                /** @description percent-encoded; `-` for an empty one */
                readonly version: components["parameters"]["FormVersion"];
            };
            readonly cookie?: never;
        };
        /** The files of a form version, those the server makes among them */
        readonly get: operations["formFiles"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/forms/{id}/{version}/files/{name}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description the XForm id, percent-encoded */
                readonly id: components["parameters"]["FormID"];
                /** @description percent-encoded; `-` for an empty one */
                readonly version: components["parameters"]["FormVersion"];
                /** @description percent-encoded */
                readonly name: string;
            };
            readonly cookie?: never;
        };
        /**
         * One file of a form version
         * @description Uploaded ones never change; `notice.csv` and `villages.csv` are made by the server and change with the survey and the areas. Ask with If-None-Match.
         */
        readonly get: operations["formFile"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/sync/push": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Send change sets
         * @description NDJSON: an opening line {device, cursor, last, head}, then change sets in order of seq, perhaps a last line
         *     {attest, head, sig}. Or a sealed pack of such lines, from whoever carries it, signed by its author. The answer is one verdict line for each as it becomes durable, then a summary. A push with the
         *     header `Content-Encoding` gzip or zstd is unpacked, at most 50-fold.
         */
        readonly post: operations["push"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/packs": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Push what phones saved as a file
         * @description One pack or a bundle of them, as the phone app saves it for a memory card; 16 MiB, 1,000 packs. Each was signed by its
         *     phone and sealed for this server; who carries it learns how many lines there were and what became of them. The same
         *     file again does no harm.
         */
        readonly post: operations["pushPacks"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/sync/pull": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** What changed since a cursor */
        readonly get: operations["pull"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/sync/events": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * When to pull
         * @description NDJSON lines {street, kind, n} of streets in scope, an empty line every 20 s; read it with fetch.
         */
        readonly get: operations["events"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/attachments/": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Begin an upload
         * @description `Upload-Length` at most 20 MiB; `Upload-Metadata` with `filename` (the value in the record,
         *     `sha256-<64 hex>.<ext>`) and `record`. The bytes' hash must be the one in the name.
         */
        readonly post: operations["tusCreate"];
        readonly delete?: never;
        /** What the upload protocol (tus 1.0) can do here */
        readonly options: operations["tusOptions"];
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/attachments/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description an upload's id, or the SHA-256 of a stored attachment */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        /** The bytes of an attachment, with ranges, for those who may see a record that names it */
        readonly get: operations["getAttachment"];
        readonly put?: never;
        readonly post?: never;
        /** Give up an upload */
        readonly delete: operations["tusDelete"];
        readonly options?: never;
        /** How much of an upload has arrived */
        readonly head: operations["tusHead"];
        /** Send more of an upload */
        readonly patch: operations["tusPatch"];
        readonly trace?: never;
    };
    readonly "/v1/records": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Records of the caller's area */
        readonly get: operations["listRecords"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/records:counts": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * What each value of each filter would leave of a queue
         * @description Every list is counted with all filters but its own; `q` finds records one by one and is not counted. The figures are
         *     of the moment, and cheap to ask for again after every event.
         */
        readonly get: operations["countRecords"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/records:sample": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * A random sample of the clean records of a queue, to be looked at before they are approved together
         * @description Clean is a record that is submitted, has no conflict and no flag, and is not part of an open possible duplicate. The
         *     queue lies in one street. The token is good for two hours, for this officer; 422 `rule` where nothing is clean.
         */
        readonly post: operations["sampleRecords"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/records:approve": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Approve clean records together
         * @description Either `token` and `seen` of a sample: the clean records of that queue as they stood then, up to 200 a request; send
         *     `next` back as `cursor` until it is empty. Or `records`, each with the ctx of its page. Every record gets a change set
         *     of its own. What is not clean, or changed meanwhile, is in `refused` with its reason and stays as it is; the rest is
         *     approved all the same. Sending a request again approves nothing twice.
         */
        readonly post: operations["approveRecords"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/records/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        /** One record as the office sees it */
        readonly get: operations["getRecord"];
        readonly put?: never;
        readonly post?: never;
        /** Erase an interview, by its author while the visit lasts */
        readonly delete: operations["eraseRecord"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/records/{id}/history": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        /** What was written when and by whom, oldest first */
        readonly get: operations["recordHistory"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/records/{id}/beside": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        /**
         * The records before and behind one in a queue
         * @description The one itself need not be in the queue any more, as after a decision.
         */
        readonly get: operations["recordsBeside"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/records/{id}/submissions": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        /**
         * What OpenRosa clients posted of a record, oldest first
         * @description Empty for a record that no such client posted. Answers are not in the list.
         */
        readonly get: operations["listSubmissions"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/records/{id}/submissions/{instance}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
                /** @description an instanceID, percent-encoded */
                readonly instance: string;
            };
            readonly cookie?: never;
        };
        /**
         * The posted bytes
         * @description Byte for byte what came; with the same instanceID and other answers more than once, `hash` names which.
         */
        readonly get: operations["getSubmission"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/records/{id}/edit-url": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * A page of the configured Enketo in which the record can be edited
         * @description What is posted from it is an edit of the record as it was handed out here, merged with whatever arrives meanwhile. The address dies soon when it is not opened.
         */
        readonly post: operations["editURL"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/records/{id}/changes": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Correct, settle a conflict, hand over (`@assignee`), move (`@grid`) */
        readonly post: operations["changeRecord"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/records/{id}/review": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Approve, return, or ask for another look
         * @description 409 `changed-since` when `ctx` does not cover what has come in.
         */
        readonly post: operations["reviewRecord"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/entity-lists": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The entity lists of a street */
        readonly get: operations["listEntityLists"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/entity-lists/{name}/list.csv": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly name: components["parameters"]["ListName"];
            };
            readonly cookie?: never;
        };
        /**
         * A list as the caller's phone gets it
         * @description Columns `name`, `label`, `__version`, then properties. The `ETag` is the list's mark: ask with If-None-Match, or with
         *     `after` for what changed since, which has a column `__deleted` before the properties; the whole list (without that
         *     column) comes where that cannot be told.
         */
        readonly get: operations["entityListCSV"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/entity-lists/{name}/entities": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly name: components["parameters"]["ListName"];
            };
            readonly cookie?: never;
        };
        /** The entities of a list in a street, in order of id */
        readonly get: operations["listEntities"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/entity-lists/{name}/entities/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly name: components["parameters"]["ListName"];
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        /** One entity, and what changed it */
        readonly get: operations["getEntity"];
        readonly put?: never;
        /** Correct an entity, settle a conflict, delete it or bring it back */
        readonly post: operations["decideEntity"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/entity-faults": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** What submissions said of entities that could not be applied, oldest first */
        readonly get: operations["listEntityFaults"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/entity-faults/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /** A fault that has been seen to */
        readonly delete: operations["dropEntityFault"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/quarantine": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** What came in and was not merged, and why */
        readonly get: operations["listQuarantine"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/lost": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Office work that a restore lost
         * @description Reviews, corrections and hand-overs made after the backup, of which a phone has shown that it had seen them. They have to be made again.
         */
        readonly get: operations["listLost"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/quarantine/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        /** What a line wrote */
        readonly get: operations["getQuarantined"];
        readonly put?: never;
        /** Release or discard a line */
        readonly post: operations["settleQuarantine"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/duplicates": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Possible duplicates - records of one case number and form
         * @description In order of form and case. Drafts and restricted records do not count. Which household it is nobody is told.
         */
        readonly get: operations["listDuplicates"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/duplicates/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description opaque */
                readonly id: components["parameters"]["LongID"];
            };
            readonly cookie?: never;
        };
        /** One group */
        readonly get: operations["getDuplicate"];
        readonly put?: never;
        /**
         * Keep them as interviews of their own, link one to another, or return one
         * @description Each is a change set of its own with the reason. `keep`: the records of `seen` are all counted. `link`: `record` is the
         *     same interview as `of` and is not counted, cannot be approved, and loses an approval it had; `keep` takes that back.
         *     `return`: `record` goes back to its author with the reason; the group is open again when it returns. 409
         *     `changed-since` when a ctx does not cover what has come in.
         */
        readonly post: operations["settleDuplicate"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/withdrawals": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Erase a record by the code on the respondent's slip, unseen
         * @description Ten tries an hour.
         */
        readonly post: operations["withdraw"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/restrictions": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Stop all use of a household's records but storage, or end that, unseen */
        readonly post: operations["restrict"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/erasures": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Bulk erasures that wait for a second administrator, or were done */
        readonly get: operations["listErasures"];
        readonly put?: never;
        /** Ask for the erasure of up to 1,000 records */
        readonly post: operations["requestErasure"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/erasures/{id}/confirm": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Confirm it; by another administrator than the one who asked */
        readonly post: operations["confirmErasure"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/overview": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Where a street stands - coverage, what came in, what waits
         * @description Figures only. Coverage is counted against the frame and is there for registrars too; `records`, `waiting` and `arrived`
         *     are for reviewers and administrators, `phones` for who may list phones. Ask again after an event of the street.
         */
        readonly get: operations["overview"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/coverage": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** How far the field work has come in an area, by village and grid */
        readonly get: operations["coverage"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/progress": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * The records of a street by worker
         * @description By worker code, in its order; a street has few enough workers for one answer.
         */
        readonly get: operations["progress"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/streets/{code}/summary": {
        readonly parameters: {
            readonly query?: {
                /** @description a form id; the street's first sentiment form when absent */
                readonly form?: string;
                /** @description a release's id: the frozen bytes */
                readonly release?: string;
            };
            readonly header?: never;
            readonly path: {
                readonly code: components["parameters"]["Street"];
            };
            readonly cookie?: never;
        };
        /**
         * A street's summary, masked
         * @description JSON, or HTML by `Accept`. Viewers see releases only.
         */
        readonly get: operations["summary"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/streets/{code}/summary.html": {
        readonly parameters: {
            readonly query?: {
                readonly form?: string;
                readonly release?: string;
                readonly lang?: "zh" | "en";
            };
            readonly header?: never;
            readonly path: {
                readonly code: components["parameters"]["Street"];
            };
            readonly cookie?: never;
        };
        /** The same as a page to read and print */
        readonly get: operations["summaryHTML"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/streets/{code}/releases": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly code: components["parameters"]["Street"];
            };
            readonly cookie?: never;
        };
        /** Released summaries of a street, newest first */
        readonly get: operations["listReleases"];
        readonly put?: never;
        /**
         * Freeze a reviewed summary; approved records only
         * @description 409 `changed-since` where `snapshot` is given and something of the street changed since; 422 where `officer` is given and is not the caller's name.
         */
        readonly post: operations["createRelease"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/streets/{code}/release-draft": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly code: components["parameters"]["Street"];
            };
            readonly cookie?: never;
        };
        /**
         * What a release would be now - the masked summary of approved records, and what is hidden and why
         * @description Send `snapshot` with the release, so that what is frozen is what was looked at.
         */
        readonly get: operations["draftRelease"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/exports": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The caller's export jobs, newest first */
        readonly get: operations["listExports"];
        readonly put?: never;
        /** Prepare a table */
        readonly post: operations["createExport"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/exports/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        /** How far a job is */
        readonly get: operations["getExport"];
        readonly put?: never;
        readonly post?: never;
        /** Stop a job, or delete its file */
        readonly delete: operations["cancelExport"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/exports/{id}/file": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        /** The file, with ranges */
        readonly get: operations["exportFile"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/audit": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Who looked at what, newest first */
        readonly get: operations["listAudit"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/audit.csv": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * The entries of a filter as CSV, newest first
         * @description UTF-8 with BOM, at most 200,000 entries; cells that a spreadsheet would run are quoted with an apostrophe. The export is an entry of its own.
         */
        readonly get: operations["exportAudit"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/audit/verify": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Recompute the audit log's hash chain */
        readonly post: operations["verifyAudit"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/errors": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Every error code with its sentences, zh and en */
        readonly get: operations["errorCatalogue"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/healthz": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The process answers */
        readonly get: operations["healthz"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/readyz": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The server takes work - stores open, disk writable, not shutting down */
        readonly get: operations["readyz"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        readonly StreetCode: string;
        readonly AreaCode: string;
        /** @enum {string} */
        readonly AreaKind: "district" | "street" | "village" | "grid";
        /** @enum {string} */
        readonly Role: "worker" | "reviewer" | "registrar" | "researcher" | "viewer" | "auditor" | "admin";
        readonly Text: {
            readonly zh: string;
            readonly en: string;
        };
        readonly Problem: {
            /** @description urn:ruhu:error:CODE */
            readonly type: string;
            /** @description a sentence a person can act on */
            readonly title: string;
            readonly status: number;
            /** @description what exactly */
            readonly detail?: string;
            readonly code: string;
            /** @description what to do */
            readonly hint?: string;
            /** @description the request id to give to the operator */
            readonly request: string;
            readonly faults?: readonly components["schemas"]["Fault"][];
        };
        readonly Fault: {
            readonly sheet?: string;
            /** @description of a file of lines; of a sheet its row */
            readonly line?: number;
            /** @description of a sheet */
            readonly row?: number;
            readonly column?: string;
            readonly path?: string;
            readonly code?: string;
            readonly message: string;
            /** @description what to do */
            readonly hint?: string;
        };
        readonly LoginRequest: {
            readonly username: string;
            readonly password: string;
            readonly cookie?: boolean;
        };
        readonly RefreshRequest: {
            readonly refresh_token?: string;
            readonly certificate?: string;
            readonly at?: string;
            readonly signature?: string;
            /** @description an access token that may only push, also where the session has ended */
            readonly push_only?: boolean;
        };
        readonly UserBrief: {
            readonly id: string;
            readonly name: string;
            readonly role: components["schemas"]["Role"];
            readonly area: string;
        };
        readonly Session: {
            readonly access_token?: string;
            readonly refresh_token?: string;
            /** @description seconds */
            readonly expires_in: number;
            /** @description with cookies only */
            readonly csrf?: string;
            readonly user?: components["schemas"]["UserBrief"];
        };
        readonly Me: {
            readonly user: components["schemas"]["UserBrief"];
            readonly device?: string;
            readonly street?: string;
            readonly grids?: readonly string[];
            readonly actions: readonly string[];
            readonly csrf?: string;
        };
        readonly EnrolRequest: {
            readonly code?: string;
            /** @description what the worker calls this phone */
            readonly name: string;
            readonly platform: string;
            /** @description ECDSA P-256, SPKI DER, base64 */
            readonly public_key?: string;
            readonly certificate?: string;
            readonly at?: string;
            readonly signature?: string;
            /** @enum {string} */
            readonly reason?: "fork";
        };
        readonly Enrolled: {
            readonly device: string;
            readonly registry_device: string;
            readonly certificate?: string;
            readonly access_token: string;
            readonly refresh_token: string;
            readonly expires_in: number;
            readonly worker: {
                readonly id: string;
                readonly name: string;
            };
            readonly grids: readonly string[];
            readonly epoch: string;
            /** @description uncompressed P-256 point, base64: what packs for a memory card are sealed for */
            readonly server_key?: string;
        };
        readonly Device: {
            readonly id: string;
            readonly registry_device: string;
            readonly worker: string;
            readonly worker_name: string;
            readonly name: string;
            readonly platform: string;
            readonly street: string;
            readonly grids: readonly string[];
            /** @enum {string} */
            readonly state: "active" | "revoked" | "unconfirmed";
            /** @description the device this one took the place of */
            readonly fork_of?: string;
            /** Format: date-time */
            readonly created: string;
            /** Format: date-time */
            readonly last_seen?: string | null;
            /** Format: date-time */
            readonly revoked?: string | null;
            /** Format: date-time */
            readonly drain_until?: string | null;
            readonly reason?: string;
        };
        readonly DevicePage: {
            readonly items: readonly components["schemas"]["Device"][];
            readonly next?: string;
        };
        readonly ReasonRequest: {
            readonly reason: string;
        };
        readonly DrainRequest: {
            /** Format: date-time */
            readonly until: string;
        };
        readonly GrantRequest: {
            readonly add?: readonly string[];
            readonly remove?: readonly string[];
        };
        readonly GrantChange: {
            readonly granted: readonly string[];
            readonly withdrawn: readonly string[];
        };
        readonly PasswordChange: {
            readonly old: string;
            readonly new: string;
        };
        readonly EnrolmentRequest: {
            /** @description of a further phone, where grids is empty: all of the worker's grids there */
            readonly street?: string;
            readonly grids: readonly components["schemas"]["AreaCode"][];
            /** @description a new worker */
            readonly name?: string;
            /** @description or the id of one who gets a further phone */
            readonly worker?: string;
            /** @description a duration such as 72h; at most 336h */
            readonly expires?: string;
        };
        readonly Enrolment: {
            readonly id: string;
            readonly code: string;
            /** @description the code stands in the fragment and is never sent */
            readonly url: string;
            /** @description PNG of the URL, base64 */
            readonly qr_png: string;
            /** @description settings for ODK Collect as it reads them from a QR code */
            readonly collect_qr: string;
            /** @description PNG of those settings, base64 */
            readonly collect_qr_png: string;
            /** @description server address for OpenRosa clients, with the key in it; shown once, good until collect_device is revoked */
            readonly collect_url: string;
            /** @description the device that stands for it in GET /v1/devices */
            readonly collect_device: string;
            /** @description for clients that sign in at /openrosa by Digest, or by Basic over https */
            readonly collect_username: string;
            /** @description shown once */
            readonly collect_password: string;
            /** Format: date-time */
            readonly expires: string;
            readonly worker: string;
            /** @description a new worker's */
            readonly name?: string;
            readonly grids?: readonly string[];
            readonly qr?: components["schemas"]["QRCode"];
            readonly collect_qr_code?: components["schemas"]["QRCode"];
        };
        /** @description A code as one path to print, stroked one unit wide: `viewBox="0 0 size size"`, the light border included */
        readonly QRCode: {
            readonly size: number;
            readonly path: string;
        };
        readonly EnrolmentBatchRequest: {
            readonly items: readonly components["schemas"]["EnrolmentOf"][];
            /** @description a duration such as 72h; at most 336h */
            readonly expires?: string;
        };
        readonly EnrolmentOf: {
            readonly name: string;
            readonly grids: readonly components["schemas"]["AreaCode"][];
        };
        readonly EnrolmentBatch: {
            readonly items: readonly components["schemas"]["EnrolmentSheet"][];
        };
        /** @description An enrolment as it is printed, without bitmaps */
        readonly EnrolmentSheet: {
            readonly id: string;
            readonly code: string;
            /** @description the code stands in the fragment and is never sent */
            readonly url: string;
            readonly qr: components["schemas"]["QRCode"];
            readonly collect_qr: components["schemas"]["QRCode"];
            readonly collect_url: string;
            readonly collect_device: string;
            readonly collect_username: string;
            readonly collect_password: string;
            /** Format: date-time */
            readonly expires: string;
            readonly worker: string;
            readonly name: string;
            readonly grids: readonly string[];
        };
        readonly EnrolmentBrief: {
            readonly id: string;
            readonly worker: string;
            /** @description a new worker's; empty for a further phone */
            readonly name: string;
            readonly street: string;
            /** @description which device used it */
            readonly device?: string;
            readonly grids: readonly string[];
            /** Format: date-time */
            readonly created: string;
            /** Format: date-time */
            readonly expires: string;
            /** @enum {string} */
            readonly state: "open" | "used" | "expired" | "revoked";
        };
        readonly EnrolmentPage: {
            readonly items: readonly components["schemas"]["EnrolmentBrief"][];
            readonly next?: string;
        };
        readonly User: {
            readonly id: string;
            readonly name: string;
            readonly display?: string;
            readonly role: components["schemas"]["Role"];
            readonly area: string;
            readonly disabled: boolean;
            /** Format: date-time */
            readonly created?: string;
            /** Format: date-time */
            readonly valid_until?: string | null;
        };
        readonly UserPage: {
            readonly items: readonly components["schemas"]["User"][];
            readonly next?: string;
        };
        readonly ResearchGrantRequest: {
            readonly user: string;
            readonly area: components["schemas"]["AreaCode"];
            readonly purpose: string;
            /** Format: date-time */
            readonly until: string;
        };
        readonly ResearchGrant: {
            readonly id: string;
            readonly user: string;
            readonly area: string;
            readonly purpose: string;
            /** Format: date-time */
            readonly from: string;
            /** Format: date-time */
            readonly until: string;
            /** @description who gave it */
            readonly by: string;
            readonly live: boolean;
            /** Format: date-time */
            readonly ended?: string | null;
            readonly ended_by?: string;
        };
        readonly ResearchGrantPage: {
            readonly items: readonly components["schemas"]["ResearchGrant"][];
            readonly next?: string;
        };
        readonly UserRequest: {
            /** @description what is typed to sign in */
            readonly name: string;
            /** @description what others read */
            readonly display?: string;
            readonly role: components["schemas"]["Role"];
            /** @description empty = the whole installation */
            readonly area: string;
            readonly password?: string;
            /** Format: date-time */
            readonly valid_until?: string | null;
        };
        readonly UserChange: {
            readonly display?: string | null;
            readonly role?: components["schemas"]["Role"];
            readonly area?: string | null;
            readonly disabled?: boolean | null;
            readonly password?: string | null;
            /** Format: date-time */
            readonly valid_until?: string | null;
        };
        readonly Area: {
            readonly code: components["schemas"]["AreaCode"];
            readonly name_zh: string;
            readonly name_en: string;
            readonly kind: components["schemas"]["AreaKind"];
            readonly parent?: string;
        };
        readonly AreaPage: {
            readonly items: readonly components["schemas"]["Area"][];
            readonly next?: string;
        };
        readonly ImportResult: {
            /** @description how many were stored */
            readonly rows: number;
        };
        readonly ShapePage: {
            /** @enum {string} */
            readonly type: "FeatureCollection";
            readonly features: readonly components["schemas"]["ShapeFeature"][];
            readonly next?: string;
        };
        readonly ShapeFeature: {
            /** @enum {string} */
            readonly type: "Feature";
            readonly id: string;
            readonly properties: components["schemas"]["Area"];
            /** @description a Polygon or MultiPolygon */
            readonly geometry: Record<string, never>;
        };
        readonly VisitList: {
            readonly items: readonly components["schemas"]["Visit"][];
        };
        readonly Visit: {
            readonly record: string;
            readonly grid: string;
            /** @description 1 first, 2 again, 3 back-check, 4 supervision */
            readonly type?: string;
            /** @description civil date */
            readonly date: string;
            /** @description 1 morning, 2 later, empty unknown */
            readonly half?: string;
            readonly disposition: string;
            /** @description civil date */
            readonly appointment?: string;
            /** @description reason */
            readonly refusal?: string;
            /** @description worker code */
            readonly worker: string;
        };
        readonly ContactRequest: {
            /** @description of one to be changed */
            readonly id?: string;
            readonly household?: string;
            readonly grid: string;
            readonly name?: string;
            readonly phone?: string;
            /** @enum {string} */
            readonly purpose: "followup" | "candidate";
            readonly matter?: string;
            /** @description civil date */
            readonly until?: string;
        };
        readonly Contact: {
            readonly id: string;
            readonly household?: string;
            readonly grid: string;
            readonly name?: string;
            readonly phone?: string;
            readonly purpose: string;
            readonly matter?: string;
            readonly until: string;
        };
        readonly ContactPage: {
            readonly items: readonly components["schemas"]["Contact"][];
            readonly next?: string;
        };
        readonly Followup: {
            readonly id: string;
            readonly form: string;
            readonly version: string;
            readonly household: string;
            readonly grid: string;
            readonly status: string;
            /** @description worker code */
            readonly worker: string;
            readonly date: string;
            readonly open: boolean;
            readonly conflicts: readonly string[];
            readonly answers: {
                readonly [key: string]: string | null;
            };
            readonly siblings: {
                readonly [key: string]: readonly components["schemas"]["Sibling"][];
            };
            readonly ctx: string;
        };
        readonly FollowupPage: {
            readonly items: readonly components["schemas"]["Followup"][];
            readonly next?: string;
        };
        readonly FollowupChange: {
            readonly ctx: string;
            readonly set: {
                readonly [key: string]: string | null;
            };
            readonly reason: string;
        };
        readonly UnconfirmedList: {
            readonly items: readonly components["schemas"]["UnconfirmedPhone"][];
        };
        readonly UnconfirmedPhone: {
            readonly device: string;
            /** @description worker code */
            readonly worker: string;
            readonly worker_name: string;
            /** @description what the worker calls it */
            readonly name: string;
            /** @enum {string} */
            readonly state: "active" | "revoked" | "unconfirmed";
            /** Format: date-time */
            readonly last_seen?: string | null;
            /** @description how many it has not confirmed */
            readonly erasures: number;
            /** @description the civil date of the first of them */
            readonly since: string;
        };
        readonly SurveyForm: {
            readonly form: string;
            /** @enum {string} */
            readonly kind: "sentiment" | "candidate" | "village" | "appraisal" | "visit" | "followup" | "backcheck" | "other";
        };
        readonly Survey: {
            readonly id: string;
            readonly title: components["schemas"]["Text"];
            readonly forms: readonly components["schemas"]["SurveyForm"][];
            readonly legal_basis: string;
            readonly notice?: components["schemas"]["Text"];
            readonly notice_version?: number;
            readonly notice_hash?: string;
            /** @enum {string} */
            readonly mode?: "census" | "sample";
            /** @description civil date */
            readonly open?: string;
            /** @description civil date */
            readonly close?: string;
            /** @enum {string} */
            readonly retention?: "pipl_minimum" | "statistical_2y";
            /** @description 24 where absent */
            readonly edit_hours?: number;
            /** @description 30 where absent */
            readonly link_ttl_days?: number;
            readonly threshold?: number;
            readonly pia?: string;
            /** @enum {string} */
            readonly state?: "planned" | "open" | "closed";
        };
        readonly SurveyList: {
            readonly items: readonly components["schemas"]["Survey"][];
        };
        readonly Household: {
            readonly household: string;
            readonly grid: string;
            /** @description kept in the registry only */
            readonly address?: string;
            readonly label_public?: string;
            readonly stratum?: string;
            readonly psu?: string;
            /** Format: double */
            readonly weight?: number;
            /** Format: double */
            readonly fpc1?: number;
            /** Format: double */
            readonly fpc2?: number;
            readonly selected?: boolean;
        };
        readonly HouseholdPage: {
            readonly items: readonly components["schemas"]["Household"][];
            readonly next?: string;
        };
        readonly AssignmentRequest: {
            readonly household?: string;
            readonly grid?: string;
            readonly worker: string;
            readonly form: string;
            /** @description civil date */
            readonly due?: string;
            /** @description ids of assignments that end with this one, as when a grid is dragged to another worker */
            readonly replaces?: readonly string[];
        };
        readonly Assignment: {
            readonly id: string;
            readonly survey?: string;
            readonly household: string;
            readonly grid: string;
            readonly worker: string;
            readonly form: string;
            readonly due?: string;
        };
        readonly AssignmentSummary: {
            readonly grid: string;
            readonly form: string;
            readonly worker: string;
            /** @description of the assignment of the whole grid */
            readonly id?: string;
            /** @description every selected household of the grid */
            readonly whole: boolean;
            /**
             * Format: int64
             * @description named one by one
             */
            readonly households: number;
            /** @description the earliest */
            readonly due?: string;
        };
        readonly AssignmentSummaryPage: {
            readonly items: readonly components["schemas"]["AssignmentSummary"][];
            readonly next?: string;
        };
        readonly WorkerList: {
            readonly items: readonly components["schemas"]["Worker"][];
        };
        readonly Worker: {
            readonly id: string;
            /** @description the worker code that records show */
            readonly code: string;
            readonly name: string;
            readonly grids: readonly string[];
            readonly disabled: boolean;
        };
        readonly AssignmentPage: {
            readonly items: readonly components["schemas"]["Assignment"][];
            readonly next?: string;
        };
        readonly Form: {
            readonly id: string;
            readonly version: string;
            readonly title: components["schemas"]["Text"];
            /** @description SHA-256 of the uploaded bytes, hex */
            readonly hash: string;
            /** @enum {string} */
            readonly state: "open" | "closed";
            /** @description how a survey uses it, empty where none does */
            readonly kind?: string;
            readonly survey?: string;
            /** Format: date-time */
            readonly added?: string;
            readonly warnings?: readonly string[];
            readonly attachments?: readonly components["schemas"]["FormAttachment"][];
        };
        readonly FormAttachment: {
            readonly name: string;
            readonly hash: string;
            readonly size: number;
        };
        readonly FormList: {
            readonly items: readonly components["schemas"]["Form"][];
        };
        readonly FormAdded: {
            readonly id: string;
            readonly version: string;
            readonly title: string;
            readonly hash: string;
            readonly warnings: readonly components["schemas"]["Fault"][];
        };
        readonly FormChecked: {
            readonly id: string;
            readonly version: string;
            readonly title: string;
            readonly hash: string;
            /** @description the same bytes are there already */
            readonly known: boolean;
            readonly warnings: readonly components["schemas"]["Fault"][];
            /** @description files it asks for that nobody gave */
            readonly missing: readonly string[];
            /** @description the form as phones would get it */
            readonly phone_xml: string;
            /** @description its files that were not uploaded: made of the sheets, or by the server */
            readonly files: readonly components["schemas"]["FormFileMade"][];
            /** @description the version it is compared with; none for a new form */
            readonly from?: string | null;
            readonly changes: readonly components["schemas"]["FormChange"][];
        };
        readonly FormFileMade: {
            readonly name: string;
            /** @description base64 */
            readonly content: string;
        };
        readonly FormChangeList: {
            readonly items: readonly components["schemas"]["FormChange"][];
        };
        readonly FormChange: {
            readonly kind: string;
            readonly path?: string;
            readonly text: components["schemas"]["Text"];
            /** @description the newer version cannot be added beside the older one */
            readonly refused?: boolean;
        };
        readonly FormFileList: {
            readonly items: readonly components["schemas"]["FormFileEntry"][];
            readonly missing: readonly string[];
        };
        readonly FormFileEntry: {
            readonly name: string;
            /** @description SHA-256, hex */
            readonly hash: string;
            /** @description md5: and hex */
            readonly md5: string;
            readonly size: number;
        };
        readonly SubmissionList: {
            readonly items: readonly components["schemas"]["Submission"][];
        };
        readonly Submission: {
            readonly instance: string;
            /** @description the instanceID it replaces */
            readonly parent?: string;
            readonly form: string;
            readonly version: string;
            /** @description the civil day it first came */
            readonly date: string;
            /** @description SHA-256 of the posted bytes, hex */
            readonly hash: string;
            /** @description worker code */
            readonly worker?: string;
            readonly files: readonly components["schemas"]["SubmissionFile"][];
        };
        readonly SubmissionFile: {
            /** @description as the client called it */
            readonly name: string;
            /** @description sha256-HEX.EXT; GET /v1/attachments/HEX has it */
            readonly attachment: string;
            readonly size: number;
        };
        readonly EditURLRequest: {
            /** @description a path of this server to come back to, such as /office/ */
            readonly return_url?: string;
        };
        readonly EditURL: {
            readonly url: string;
        };
        readonly EntityListList: {
            readonly items: readonly components["schemas"]["EntityListInfo"][];
        };
        readonly EntityListInfo: {
            readonly name: string;
            readonly properties: readonly string[];
            /** @description those that phones get */
            readonly entities: number;
            /** @description those the office should look at */
            readonly open: number;
        };
        readonly EntityRow: {
            readonly id: string;
            readonly label: string;
            /** @description the area whose workers see it */
            readonly place: string;
            /** Format: int64 */
            readonly version: number;
            readonly deleted: boolean;
            /** @description its creation has come; phones do not get it before */
            readonly created: boolean;
            /** @description the office should look at it */
            readonly open: boolean;
            /** @description soft, hard, or empty */
            readonly conflict?: string;
            readonly properties: {
                readonly [key: string]: string;
            };
            /** @description values written by people who had not seen each other's, by property, the one shown last */
            readonly siblings?: {
                readonly [key: string]: readonly components["schemas"]["EntitySibling"][];
            };
            /** @description changes that build on something that has not come */
            readonly missing_base?: readonly components["schemas"]["EntitySource"][];
            /** @description changes by people who had not seen that it was deleted */
            readonly late?: readonly components["schemas"]["EntitySource"][];
        };
        readonly EntitySibling: {
            readonly source: components["schemas"]["EntitySource"];
            readonly value: string;
        };
        readonly EntityPage: {
            readonly items: readonly components["schemas"]["EntityRow"][];
            readonly next?: string;
        };
        readonly EntityView: {
            readonly entity: components["schemas"]["EntityRow"];
            readonly history: readonly components["schemas"]["EntityEvent"][];
        };
        readonly EntityEvent: {
            /** Format: int64 */
            readonly version: number;
            readonly kind: string;
            readonly source: components["schemas"]["EntitySource"];
            /** @description by property, the label under the empty name */
            readonly values: {
                readonly [key: string]: string;
            };
            readonly erased?: boolean;
            readonly settled?: boolean;
            readonly deleted?: boolean;
            readonly restored?: boolean;
        };
        readonly EntitySource: {
            readonly instance: string;
            readonly path: string;
        };
        readonly EntityDecision: {
            /**
             * Format: int64
             * @description what stood on the screen
             */
            readonly version: number;
            /** @description new values by property, the label under the empty name; settles conflicts too */
            readonly set?: {
                readonly [key: string]: string;
            };
            /** @description by property, whose value is right */
            readonly keep?: {
                readonly [key: string]: components["schemas"]["EntitySource"];
            };
            /** @description what is shown is right */
            readonly settle?: boolean;
            readonly delete?: boolean;
            readonly restore?: boolean;
        };
        readonly EntityFaultPage: {
            readonly items: readonly components["schemas"]["EntityFault"][];
            readonly next?: string;
        };
        readonly EntityFault: {
            readonly id: string;
            readonly code: string;
            readonly list: string;
            readonly entity: string;
            readonly instance: string;
            readonly path?: string;
            /** @description the civil day it came */
            readonly date: string;
            readonly label?: string;
            readonly properties?: {
                readonly [key: string]: string;
            };
        };
        readonly PacksTaken: {
            readonly items: readonly components["schemas"]["PackTaken"][];
        };
        readonly PackTaken: {
            readonly device?: string;
            readonly street?: string;
            /** @description worker code */
            readonly worker?: string;
            readonly merged: number;
            /** @description they were here already */
            readonly duplicate: number;
            readonly waiting: number;
            readonly quarantined: number;
            readonly void: number;
            readonly refused: number;
            /** @description the phone was restored or cloned; it has to come by itself */
            readonly fork?: boolean;
            /** @description why lines were not merged */
            readonly codes: readonly string[];
            /** @description why the whole pack was not taken */
            readonly code?: string;
            readonly title?: string;
            readonly hint?: string;
        };
        readonly RecordBrief: {
            readonly id: string;
            readonly case?: string;
            readonly form: string;
            readonly version: string;
            readonly village: string;
            readonly status: string;
            readonly worker?: string;
            readonly date?: string;
            readonly conflicts?: number;
            readonly flags?: readonly string[];
        };
        readonly Counted: {
            readonly key: string;
            /** Format: int64 */
            readonly n: number;
        };
        readonly QueueCounts: {
            /**
             * Format: int64
             * @description records of the queue
             */
            readonly total: number;
            /**
             * Format: int64
             * @description of them, with conflicts; `conflict` and `clean` set aside
             */
            readonly conflicts: number;
            /**
             * Format: int64
             * @description of them, without conflicts and flags; likewise
             */
            readonly clean: number;
            readonly statuses: readonly components["schemas"]["Counted"][];
            readonly villages: readonly components["schemas"]["Counted"][];
            /** @description by worker code */
            readonly workers: readonly components["schemas"]["Counted"][];
            readonly forms: readonly components["schemas"]["Counted"][];
            readonly flags: readonly components["schemas"]["Counted"][];
        };
        readonly RecordsBeside: {
            readonly previous?: string;
            readonly next?: string;
        };
        readonly Queue: {
            /** @description a street, village or grid */
            readonly area: string;
            readonly form?: string;
            /** @description worker code */
            readonly worker?: string;
            readonly q?: string;
        };
        readonly SampleRequest: {
            readonly queue: components["schemas"]["Queue"];
            /** @default 10 */
            readonly size: number;
        };
        readonly ApprovalSample: {
            readonly token: string;
            /**
             * Format: int64
             * @description how many the queue has; those of open duplicates are refused later
             */
            readonly clean: number;
            readonly items: readonly components["schemas"]["RecordBrief"][];
        };
        readonly SeenRecord: {
            readonly record: string;
            readonly ctx: string;
        };
        readonly ApproveRequest: {
            readonly token?: string;
            /** @description ids of the sample */
            readonly seen?: readonly string[];
            readonly cursor?: string;
            readonly records?: readonly components["schemas"]["SeenRecord"][];
        };
        readonly Approvals: {
            readonly approved: number;
            readonly refused: readonly components["schemas"]["RefusedRecord"][];
            /** @description cursor of the rest */
            readonly next?: string;
            /**
             * Format: int64
             * @description clean records when the sample was drawn, or records named
             */
            readonly total: number;
        };
        readonly RefusedRecord: {
            readonly record: string;
            readonly case?: string;
            readonly code: string;
            readonly title: string;
            readonly detail?: string;
            readonly hint?: string;
        };
        readonly DuplicateGroup: {
            readonly id: string;
            readonly case?: string;
            readonly form?: string;
            readonly village?: string;
            /** @description some two of them are not settled */
            readonly open: boolean;
            /** @description in order of arrival */
            readonly records: readonly components["schemas"]["DuplicateRecord"][];
        };
        readonly DuplicateRecord: {
            readonly record: components["schemas"]["RecordBrief"];
            /** @description found to be an interview of its own */
            readonly kept: boolean;
            /** @description the record that stands for it */
            readonly of?: string;
        };
        readonly DuplicatePage: {
            readonly items: readonly components["schemas"]["DuplicateGroup"][];
            readonly next?: string;
        };
        readonly DuplicateDecision: {
            /** @enum {string} */
            readonly act: "keep" | "link" | "return";
            readonly seen: readonly components["schemas"]["SeenRecord"][];
            readonly record?: string;
            readonly of?: string;
            readonly reason: string;
        };
        readonly Overview: {
            readonly street: string;
            /** @description the civil day */
            readonly date: string;
            readonly coverage: components["schemas"]["AreaCoverage"];
            /** @description by village */
            readonly records?: readonly components["schemas"]["VillageRecords"][];
            /** @description new records by civil day, two weeks to today */
            readonly arrived?: readonly components["schemas"]["Counted"][];
            /** @description today's new records by worker code */
            readonly today?: readonly components["schemas"]["Counted"][];
            readonly waiting?: components["schemas"]["Waiting"];
            readonly phones?: components["schemas"]["PhoneCounts"];
        };
        readonly PhoneCounts: {
            readonly active: number;
            /** @description of them, not heard of for three days */
            readonly silent: number;
        };
        readonly VillageRecords: {
            readonly village: string;
            /**
             * Format: int64
             * @description came in today
             */
            readonly today: number;
            readonly statuses: {
                readonly [key: string]: number;
            };
            /** Format: int64 */
            readonly conflicts: number;
            /** Format: int64 */
            readonly flagged: number;
        };
        readonly Waiting: {
            /** Format: int64 */
            readonly submitted: number;
            /** Format: int64 */
            readonly needs_review: number;
            /** Format: int64 */
            readonly returned: number;
            /** Format: int64 */
            readonly conflicts: number;
            /** Format: int64 */
            readonly flagged: number;
            /**
             * Format: int64
             * @description submitted, without conflicts and flags
             */
            readonly clean: number;
            /**
             * Format: int64
             * @description lines
             */
            readonly quarantined: number;
            /**
             * Format: int64
             * @description lines that wait for an earlier one
             */
            readonly held: number;
            /**
             * Format: int64
             * @description open groups
             */
            readonly duplicates: number;
            /**
             * Format: int64
             * @description office work that a restore lost; 100 = or more
             */
            readonly lost: number;
            readonly flags: readonly components["schemas"]["Counted"][];
        };
        readonly AreaCoverage: {
            readonly total: components["schemas"]["Coverage"];
            readonly villages: readonly components["schemas"]["Coverage"][];
            readonly grids: readonly components["schemas"]["Coverage"][];
        };
        readonly Coverage: {
            readonly code: string;
            /** Format: int64 */
            readonly households: number;
            /** Format: int64 */
            readonly selected: number;
            /**
             * Format: int64
             * @description selected households with at least one attempt
             */
            readonly visited: number;
            /** Format: int64 */
            readonly attempts: number;
            /**
             * Format: int64
             * @description grids without an attempt
             */
            readonly not_started: number;
            /** Format: int64 */
            readonly completed: number;
            /** Format: int64 */
            readonly partial: number;
            /** Format: int64 */
            readonly refused: number;
            /** Format: int64 */
            readonly non_contact: number;
            /** Format: int64 */
            readonly other: number;
            /** Format: int64 */
            readonly not_eligible: number;
            /**
             * Format: int64
             * @description those never visited too
             */
            readonly unknown: number;
            /** @description selected households by final disposition */
            readonly final: {
                readonly [key: string]: number;
            };
            /** @description refusals by reason */
            readonly refusals: {
                readonly [key: string]: number;
            };
        };
        readonly ProgressList: {
            readonly items: readonly components["schemas"]["WorkerProgress"][];
        };
        readonly WorkerProgress: {
            /** @description the worker's account */
            readonly id: string;
            /** @description worker code */
            readonly worker: string;
            readonly statuses: {
                readonly [key: string]: number;
            };
            /** Format: int64 */
            readonly conflicts: number;
            /** Format: int64 */
            readonly flagged: number;
            /** @description where the records lie */
            readonly grids: readonly string[];
        };
        readonly RecordPage: {
            readonly items: readonly components["schemas"]["RecordBrief"][];
            readonly next?: string;
        };
        readonly Sibling: {
            readonly value: string | null;
            readonly date: string;
            readonly author: string;
        };
        readonly Record: {
            readonly id: string;
            readonly case: string;
            readonly form: string;
            readonly version: string;
            readonly village: string;
            readonly status: string;
            /** @description why a record needs review again: arrived-after-review */
            readonly reason?: string;
            readonly author?: string;
            readonly date?: string;
            readonly conflicts: readonly string[];
            readonly flags: readonly string[];
            /** @description rules of the form that the shown answers break, in its order, the first hundred; none for a draft or a stub */
            readonly broken: readonly components["schemas"]["BrokenRule"][];
            readonly answers: {
                readonly [key: string]: string | null;
            };
            readonly siblings: {
                readonly [key: string]: readonly components["schemas"]["Sibling"][];
            };
            readonly rows: {
                readonly [key: string]: readonly string[];
            };
            readonly ctx: string;
            readonly missing_attachments: readonly string[];
            /** @description answers are not shown: a draft, or restricted */
            readonly stub?: boolean;
            readonly comments?: readonly components["schemas"]["Comment"][];
            /** @description worker codes */
            readonly assignees?: readonly string[];
        };
        readonly BrokenRule: {
            /** @description the question, with the ids of its rows */
            readonly path: string;
            /** @enum {string} */
            readonly rule: "required" | "constraint" | "choice" | "relevant" | "calculated";
            /** @description the code of the record's flag for it, such as invalid-after-merge */
            readonly flag: string;
            /** @description answers of more than one phone break it together */
            readonly merged: boolean;
            /** @description the form's own words by language; under an empty name where it has one language only */
            readonly message?: {
                readonly [key: string]: string;
            };
            /** @description what a calculation gives */
            readonly value?: string;
        };
        readonly Comment: {
            readonly id: string;
            /** @description the question, empty for the record */
            readonly path?: string;
            readonly text: string;
            readonly date: string;
            readonly author: string;
        };
        readonly HistoryEntry: {
            readonly date: string;
            readonly author: string;
            /** @description written by the office */
            readonly office: boolean;
            readonly path: string;
            readonly value: string | null;
            /** @description added or removed, where path is a row */
            readonly row?: string;
            readonly superseded?: readonly components["schemas"]["Sibling"][];
            readonly reason?: string;
        };
        readonly History: {
            readonly items: readonly components["schemas"]["HistoryEntry"][];
        };
        readonly ChangeRequest: {
            /** @description empty only with corrects */
            readonly ctx: string;
            readonly set?: {
                readonly [key: string]: string | null;
            };
            readonly add?: readonly string[];
            readonly del?: readonly string[];
            readonly reason: string;
            /** @description a quarantined line that this replaces; where it was of another street and nothing of the record was merged, `@grid` in `set` says where it belongs */
            readonly corrects?: string;
        };
        readonly ReviewRequest: {
            readonly ctx: string;
            /** @enum {string} */
            readonly decision: "approve" | "return" | "needs_review";
            readonly comment?: string;
            /** @description comments at questions, by path */
            readonly fields?: {
                readonly [key: string]: string;
            };
        };
        readonly OfficeResult: {
            readonly status: string;
            readonly ctx: string;
            readonly conflicts?: readonly string[];
        };
        readonly QuarantineItem: {
            readonly id: string;
            /** @enum {string} */
            readonly status: "waiting" | "quarantined";
            readonly code?: string;
            readonly record?: string;
            readonly form?: string;
            readonly version?: string;
            readonly grid?: string;
            readonly worker: string;
            readonly date: string;
        };
        readonly QuarantinedLine: {
            readonly line: components["schemas"]["QuarantineItem"];
            readonly set: {
                readonly [key: string]: string | null;
            };
            readonly add: readonly string[];
            readonly del: readonly string[];
        };
        readonly QuarantinePage: {
            readonly items: readonly components["schemas"]["QuarantineItem"][];
            readonly next?: string;
        };
        readonly LostItem: {
            readonly record: string;
            /** @description when a phone showed it */
            readonly date: string;
        };
        readonly LostPage: {
            readonly items: readonly components["schemas"]["LostItem"][];
            readonly next?: string;
        };
        readonly SettleRequest: {
            /** @enum {string} */
            readonly act: "release" | "discard";
            readonly reason: string;
        };
        readonly WithdrawalRequest: {
            readonly code: string;
        };
        readonly RestrictRequest: {
            readonly household: string;
            readonly on: boolean;
            readonly reason: string;
        };
        readonly ErasureRequest: {
            readonly records: readonly string[];
            readonly reason: string;
        };
        readonly Erasure: {
            readonly id: string;
            readonly records: readonly string[];
            readonly reason: string;
            readonly requested_by: string;
            /** Format: date-time */
            readonly requested: string;
            readonly confirmed_by?: string;
            /** Format: date-time */
            readonly confirmed?: string | null;
            /** @enum {string} */
            readonly state: "waiting" | "done";
            /** @description ids that named no record */
            readonly missing?: readonly string[];
        };
        readonly ErasurePage: {
            readonly items: readonly components["schemas"]["Erasure"][];
            readonly next?: string;
        };
        readonly ReleaseRequest: {
            readonly form: string;
            readonly note?: string;
            /** @description of the draft that was looked at */
            readonly snapshot?: string;
            /** @description the signature: the caller's name as it will be printed */
            readonly officer?: string;
        };
        readonly ReleaseDraft: {
            readonly street: string;
            readonly form: string;
            readonly snapshot: string;
            /**
             * Format: int64
             * @description records that count
             */
            readonly approved: number;
            /**
             * Format: int64
             * @description records that would count were they approved, those included
             */
            readonly live: number;
            /** @description the name the release will carry */
            readonly officer: string;
            readonly suppressed: readonly components["schemas"]["SuppressedPart"][];
            /** @description the masked summary as it would be frozen */
            readonly summary: Record<string, never>;
        };
        readonly SuppressedPart: {
            readonly where: components["schemas"]["Text"];
            readonly reason: components["schemas"]["Text"];
        };
        readonly Release: {
            readonly id: string;
            readonly street: string;
            readonly form: string;
            /** @description the officer's name */
            readonly released_by: string;
            /** Format: date-time */
            readonly released: string;
            readonly snapshot: string;
            readonly note?: string;
        };
        readonly ReleasePage: {
            readonly items: readonly components["schemas"]["Release"][];
            readonly next?: string;
        };
        readonly ExportRequest: {
            readonly form: string;
            /** @enum {string} */
            readonly format: "csv" | "xlsx" | "parquet" | "sav" | "dta" | "geojson" | "bundle";
            readonly area?: string;
            readonly status?: readonly string[];
            /** @description a reviewer's correction file: free text and provenance columns */
            readonly correction?: boolean;
        };
        readonly Export: {
            readonly id: string;
            readonly form: string;
            readonly format: string;
            readonly area: string;
            readonly status?: readonly string[];
            readonly correction?: boolean;
            /** @enum {string} */
            readonly state: "queued" | "running" | "done" | "failed" | "cancelled";
            /** Format: int64 */
            readonly done: number;
            /** Format: int64 */
            readonly total: number;
            /** Format: date-time */
            readonly created: string;
            /** Format: date-time */
            readonly finished?: string | null;
            /** @description its name */
            readonly file?: string;
            /** Format: int64 */
            readonly size?: number;
            readonly snapshot?: string;
            /** @description why it failed */
            readonly code?: string;
        };
        readonly ExportPage: {
            readonly items: readonly components["schemas"]["Export"][];
            readonly next?: string;
        };
        readonly AuditEntry: {
            /** Format: int64 */
            readonly seq: number;
            /** Format: date-time */
            readonly at: string;
            /** @description user id, operator, or empty for somebody unknown */
            readonly actor: string;
            readonly role?: string;
            readonly action: string;
            readonly object: string;
            readonly area?: string;
            /** @description how a list was filtered, by ids and codes */
            readonly filter?: string;
            /**
             * Format: int64
             * @description how many were shown or changed
             */
            readonly rows?: number;
            /** @description ok, or an error code */
            readonly outcome: string;
            readonly request?: string;
        };
        readonly AuditPage: {
            readonly items: readonly components["schemas"]["AuditEntry"][];
            readonly next?: string;
        };
        readonly AuditVerdict: {
            readonly ok: boolean;
            /** Format: int64 */
            readonly entries: number;
            readonly head?: string;
            readonly reason?: string;
            /**
             * Format: int64
             * @description the first entry that does not fit the chain
             */
            readonly first_fault?: number | null;
        };
        readonly ErrorEntry: {
            readonly code: string;
            readonly http: number;
            readonly exit: number;
            readonly zh: string;
            readonly en: string;
            readonly hint_zh?: string;
            readonly hint_en?: string;
        };
        readonly ErrorCatalogue: {
            readonly errors: readonly components["schemas"]["ErrorEntry"][];
        };
        readonly Health: {
            readonly ok: boolean;
            readonly epoch?: string;
            readonly version?: string;
        };
    };
    responses: {
        /** @description What went wrong, and what to do */
        readonly Problem: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description All of it was stored */
        readonly Imported: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": components["schemas"]["ImportResult"];
            };
        };
        /** @description XForm XML */
        readonly FormXML: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/xml": string;
            };
        };
    };
    parameters: {
        readonly ID: string;
        /** @description the XForm id, percent-encoded */
        readonly FormID: string;
        /** @description percent-encoded; `-` for an empty one */
        readonly FormVersion: string;
        /** @description opaque */
        readonly LongID: string;
        readonly QueueForm: string;
        /** @description a street, village or grid within the caller's area */
        readonly QueueArea: string;
        /** @description shown statuses, commas between them */
        readonly QueueStatus: string;
        /** @description the author's worker code */
        readonly QueueWorker: string;
        readonly QueueConflict: boolean;
        /** @description a code, without a path */
        readonly QueueFlag: string;
        /** @description without conflicts and flags */
        readonly QueueClean: boolean;
        /** @description case number, record id or worker code */
        readonly QueueText: string;
        /** @description newest first */
        readonly QueueNewest: boolean;
        readonly ListName: string;
        readonly Street: components["schemas"]["StreetCode"];
        /** @description `next` of the page before */
        readonly Cursor: string;
        readonly Limit: number;
        /** @description the same key and body give the same answer again, another body is refused */
        readonly IdempotencyKey: string;
    };
    requestBodies: {
        /** @description One table as text/csv (UTF-8) or as XLSX (its first sheet); the bytes decide */
        readonly Table: {
            readonly content: {
                readonly "*/*": string;
            };
        };
    };
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    readonly login: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["LoginRequest"];
            };
        };
        readonly responses: {
            /** @description Signed in */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Session"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly refresh: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["RefreshRequest"];
            };
        };
        readonly responses: {
            /** @description A new access token, and a new refresh token */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Session"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly logout: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The session has ended */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly me: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The caller */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Me"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly changeOwnPassword: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["PasswordChange"];
            };
        };
        readonly responses: {
            /** @description Changed; other sessions have ended */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly listDevices: {
        readonly parameters: {
            readonly query?: {
                readonly worker?: string;
                /** @description only phones whose street starts so */
                readonly within?: string;
                /** @description only phones in use that were not heard of for so many days */
                readonly silent_days?: number;
                /** @description `next` of the page before */
                readonly cursor?: components["parameters"]["Cursor"];
                readonly limit?: components["parameters"]["Limit"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A page of devices */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DevicePage"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly enrolDevice: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["EnrolRequest"];
            };
        };
        readonly responses: {
            /** @description Enrolled */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Enrolled"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly revokeDevice: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["ReasonRequest"];
            };
        };
        readonly responses: {
            /** @description Revoked */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly confirmDevice: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Confirmed */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly prolongDrain: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["DrainRequest"];
            };
        };
        readonly responses: {
            /** @description Prolonged */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly listEnrolments: {
        readonly parameters: {
            readonly query?: {
                /** @description used, expired and revoked ones too */
                readonly all?: boolean;
                /** @description `next` of the page before */
                readonly cursor?: components["parameters"]["Cursor"];
                readonly limit?: components["parameters"]["Limit"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A page of enrolments */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["EnrolmentPage"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly createEnrolment: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["EnrolmentRequest"];
            };
        };
        readonly responses: {
            /** @description The code; it is shown once */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Enrolment"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly createEnrolments: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["EnrolmentBatchRequest"];
            };
        };
        readonly responses: {
            /** @description The codes, in the order asked for */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["EnrolmentBatch"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly revokeEnrolment: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Revoked */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly listUsers: {
        readonly parameters: {
            readonly query?: {
                readonly role?: components["schemas"]["Role"];
                /** @description `next` of the page before */
                readonly cursor?: components["parameters"]["Cursor"];
                readonly limit?: components["parameters"]["Limit"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A page of accounts */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["UserPage"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly createUser: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["UserRequest"];
            };
        };
        readonly responses: {
            /** @description Opened */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["User"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly changeUser: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["UserChange"];
            };
        };
        readonly responses: {
            /** @description Changed */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["User"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly changeGrants: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["GrantRequest"];
            };
        };
        readonly responses: {
            /** @description What changed */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["GrantChange"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly listWorkers: {
        readonly parameters: {
            readonly query: {
                readonly street: components["schemas"]["StreetCode"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The workers, by name */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["WorkerList"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly listResearchGrants: {
        readonly parameters: {
            readonly query?: {
                readonly user?: string;
                /** @description those that are over too */
                readonly all?: boolean;
                /** @description `next` of the page before */
                readonly cursor?: components["parameters"]["Cursor"];
                readonly limit?: components["parameters"]["Limit"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A page of grants */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ResearchGrantPage"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly grantResearch: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["ResearchGrantRequest"];
            };
        };
        readonly responses: {
            /** @description Given */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ResearchGrant"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly endResearch: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Taken back */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly listAreas: {
        readonly parameters: {
            readonly query?: {
                readonly kind?: components["schemas"]["AreaKind"];
                /** @description only areas whose code starts so */
                readonly within?: string;
                /** @description `next` of the page before */
                readonly cursor?: components["parameters"]["Cursor"];
                readonly limit?: components["parameters"]["Limit"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A page of areas in order of code */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AreaPage"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly createArea: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["Area"];
            };
        };
        readonly responses: {
            /** @description Stored */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Area"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly importAreas: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: components["requestBodies"]["Table"];
        readonly responses: {
            readonly 200: components["responses"]["Imported"];
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly listAreaShapes: {
        readonly parameters: {
            readonly query?: {
                /** @description only areas whose code starts so */
                readonly under?: string;
                readonly kind?: components["schemas"]["AreaKind"];
                /** @description `next` of the page before */
                readonly cursor?: components["parameters"]["Cursor"];
                readonly limit?: components["parameters"]["Limit"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A page of shapes */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ShapePage"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly loadAreaShapes: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "*/*": string;
            };
        };
        readonly responses: {
            readonly 200: components["responses"]["Imported"];
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly dropAreaShapes: {
        readonly parameters: {
            readonly query: {
                readonly under: components["schemas"]["AreaCode"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description How many there were */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ImportResult"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly listSurveys: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description All surveys; there are few */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SurveyList"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly createSurvey: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["Survey"];
            };
        };
        readonly responses: {
            /** @description Stored, not yet open */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Survey"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly openSurvey: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Open */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Survey"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly closeSurvey: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Closed */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Survey"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly listHouseholds: {
        readonly parameters: {
            readonly query?: {
                /** @description only households whose grid starts so */
                readonly within?: string;
                /** @description `next` of the page before */
                readonly cursor?: components["parameters"]["Cursor"];
                readonly limit?: components["parameters"]["Limit"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A page of households */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["HouseholdPage"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly createHousehold: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["Household"];
            };
        };
        readonly responses: {
            /** @description Stored */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Household"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly importHouseholds: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: components["requestBodies"]["Table"];
        readonly responses: {
            readonly 200: components["responses"]["Imported"];
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly listVisits: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The visits; there are few */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["VisitList"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly listContacts: {
        readonly parameters: {
            readonly query?: {
                /** @description only contacts whose grid starts so */
                readonly within?: string;
                /** @description `next` of the page before */
                readonly cursor?: components["parameters"]["Cursor"];
                readonly limit?: components["parameters"]["Limit"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A page of contacts */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ContactPage"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly putContact: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["ContactRequest"];
            };
        };
        readonly responses: {
            /** @description Stored */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Contact"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly deleteContact: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Removed */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly listFollowups: {
        readonly parameters: {
            readonly query?: {
                /** @description only matters whose grid starts so */
                readonly within?: string;
                /** @description a form id; the first follow-up form when absent */
                readonly form?: string;
                /** @description neither closed nor passed on nor withdrawn */
                readonly open?: boolean;
                readonly household?: string;
                /** @description newest first */
                readonly newest?: boolean;
                /** @description `next` of the page before */
                readonly cursor?: components["parameters"]["Cursor"];
                readonly limit?: components["parameters"]["Limit"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A page of matters */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["FollowupPage"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getFollowup: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The matter */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Followup"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly changeFollowup: {
        readonly parameters: {
            readonly query?: never;
            readonly header: {
                /** @description the same key and body give the same answer again, another body is refused */
                readonly "Idempotency-Key": components["parameters"]["IdempotencyKey"];
            };
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["FollowupChange"];
            };
        };
        readonly responses: {
            /** @description The matter as it is now */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Followup"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly listUnconfirmed: {
        readonly parameters: {
            readonly query: {
                readonly street: components["schemas"]["StreetCode"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The phones, those first that are longest behind */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["UnconfirmedList"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly listAssignments: {
        readonly parameters: {
            readonly query?: {
                /** @description only assignments whose grid starts so */
                readonly within?: string;
                readonly worker?: string;
                /** @description `next` of the page before */
                readonly cursor?: components["parameters"]["Cursor"];
                readonly limit?: components["parameters"]["Limit"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A page of assignments */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AssignmentPage"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly createAssignments: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["AssignmentRequest"];
            };
        };
        readonly responses: {
            /** @description Assigned */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Assignment"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly deleteAssignment: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Taken back */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly summariseAssignments: {
        readonly parameters: {
            readonly query?: {
                /** @description only grids that start so */
                readonly within?: string;
                /** @description `next` of the page before */
                readonly cursor?: components["parameters"]["Cursor"];
                readonly limit?: components["parameters"]["Limit"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A page in order of grid, form and worker */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AssignmentSummaryPage"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly importAssignments: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: components["requestBodies"]["Table"];
        readonly responses: {
            readonly 200: components["responses"]["Imported"];
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly listForms: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description All forms; there are few */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["FormList"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly addForm: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "multipart/form-data": {
                    /** Format: binary */
                    readonly form: string;
                    readonly attachment?: readonly string[];
                };
            };
        };
        readonly responses: {
            /** @description Added, or there already with the same bytes */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["FormAdded"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly checkForm: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "multipart/form-data": {
                    /** Format: binary */
                    readonly form: string;
                    readonly attachment?: readonly string[];
                };
            };
        };
        readonly responses: {
            /** @description It could be added */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["FormChecked"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getForm: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description the XForm id, percent-encoded */
                readonly id: components["parameters"]["FormID"];
                /** @description percent-encoded; `-` for an empty one */
                readonly version: components["parameters"]["FormVersion"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The form version */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Form"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly closeForm: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description the XForm id, percent-encoded */
                readonly id: components["parameters"]["FormID"];
                /** @description percent-encoded; `-` for an empty one */
                readonly version: components["parameters"]["FormVersion"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Closed */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly formXML: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description the XForm id, percent-encoded */
                readonly id: components["parameters"]["FormID"];
                /** @description percent-encoded; `-` for an empty one */
                readonly version: components["parameters"]["FormVersion"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: components["responses"]["FormXML"];
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly phoneXML: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description the XForm id, percent-encoded */
                readonly id: components["parameters"]["FormID"];
                /** @description percent-encoded; `-` for an empty one */
                readonly version: components["parameters"]["FormVersion"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: components["responses"]["FormXML"];
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly formModel: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description the XForm id, percent-encoded */
                readonly id: components["parameters"]["FormID"];
                /** @description percent-encoded; `-` for an empty one */
                readonly version: components["parameters"]["FormVersion"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The model */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": string;
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly formChanges: {
        readonly parameters: {
            readonly query: {
                /** @description the version to compare with; `-` for an empty one */
                readonly from: string;
            };
            readonly header?: never;
            readonly path: {
                /** @description the XForm id, percent-encoded */
                readonly id: components["parameters"]["FormID"];
                /** @description percent-encoded; `-` for an empty one */
                readonly version: components["parameters"]["FormVersion"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The changes, those first that make one of the versions unfit beside the other */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["FormChangeList"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly formFiles: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description the XForm id, percent-encoded */
                readonly id: components["parameters"]["FormID"];
                /** @description percent-encoded; `-` for an empty one */
                readonly version: components["parameters"]["FormVersion"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The files, and the names of those that the form asks for and nobody uploaded */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["FormFileList"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly formFile: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description the XForm id, percent-encoded */
                readonly id: components["parameters"]["FormID"];
                /** @description percent-encoded; `-` for an empty one */
                readonly version: components["parameters"]["FormVersion"];
                /** @description percent-encoded */
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The bytes */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/octet-stream": string;
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly push: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/x-ndjson": string;
            };
        };
        readonly responses: {
            /** @description Verdict lines, then a summary line */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/x-ndjson": string;
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly pushPacks: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "*/*": string;
            };
        };
        readonly responses: {
            /** @description What became of each pack, in its order */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PacksTaken"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly pull: {
        readonly parameters: {
            readonly query?: {
                /** @description from the last pull; empty for all */
                readonly cursor?: string;
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Lines {kind, ...}, at last the cursor */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/x-ndjson": string;
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly events: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description One line an event, until the client leaves */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/x-ndjson": string;
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly tusCreate: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Location names the upload */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly tusOptions: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description See the Tus- headers */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getAttachment: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description an upload's id, or the SHA-256 of a stored attachment */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The bytes */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/octet-stream": string;
                };
            };
            /** @description A part */
            readonly 206: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/octet-stream": string;
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly tusDelete: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description an upload's id, or the SHA-256 of a stored attachment */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Gone */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly tusHead: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description an upload's id, or the SHA-256 of a stored attachment */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Upload-Offset */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly tusPatch: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description an upload's id, or the SHA-256 of a stored attachment */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Upload-Offset */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly listRecords: {
        readonly parameters: {
            readonly query?: {
                readonly form?: components["parameters"]["QueueForm"];
                /** @description a street, village or grid within the caller's area */
                readonly area?: components["parameters"]["QueueArea"];
                /** @description shown statuses, commas between them */
                readonly status?: components["parameters"]["QueueStatus"];
                /** @description the author's worker code */
                readonly worker?: components["parameters"]["QueueWorker"];
                readonly conflict?: components["parameters"]["QueueConflict"];
                /** @description a code, without a path */
                readonly flag?: components["parameters"]["QueueFlag"];
                /** @description without conflicts and flags */
                readonly clean?: components["parameters"]["QueueClean"];
                /** @description case number, record id or worker code */
                readonly q?: components["parameters"]["QueueText"];
                /** @description newest first */
                readonly newest?: components["parameters"]["QueueNewest"];
                /** @description `next` of the page before */
                readonly cursor?: components["parameters"]["Cursor"];
                readonly limit?: components["parameters"]["Limit"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A page of records, without answers */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["RecordPage"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly countRecords: {
        readonly parameters: {
            readonly query?: {
                readonly form?: components["parameters"]["QueueForm"];
                /** @description a street, village or grid within the caller's area */
                readonly area?: components["parameters"]["QueueArea"];
                /** @description shown statuses, commas between them */
                readonly status?: components["parameters"]["QueueStatus"];
                /** @description the author's worker code */
                readonly worker?: components["parameters"]["QueueWorker"];
                readonly conflict?: components["parameters"]["QueueConflict"];
                /** @description a code, without a path */
                readonly flag?: components["parameters"]["QueueFlag"];
                /** @description without conflicts and flags */
                readonly clean?: components["parameters"]["QueueClean"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The counts */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["QueueCounts"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly sampleRecords: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["SampleRequest"];
            };
        };
        readonly responses: {
            /** @description The sample */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ApprovalSample"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly approveRecords: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["ApproveRequest"];
            };
        };
        readonly responses: {
            /** @description What became of each */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Approvals"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getRecord: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The record */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Record"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly eraseRecord: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["ReasonRequest"];
            };
        };
        readonly responses: {
            /** @description Erased */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly recordHistory: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The history */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["History"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly recordsBeside: {
        readonly parameters: {
            readonly query?: {
                readonly form?: components["parameters"]["QueueForm"];
                /** @description a street, village or grid within the caller's area */
                readonly area?: components["parameters"]["QueueArea"];
                /** @description shown statuses, commas between them */
                readonly status?: components["parameters"]["QueueStatus"];
                /** @description the author's worker code */
                readonly worker?: components["parameters"]["QueueWorker"];
                readonly conflict?: components["parameters"]["QueueConflict"];
                /** @description a code, without a path */
                readonly flag?: components["parameters"]["QueueFlag"];
                /** @description without conflicts and flags */
                readonly clean?: components["parameters"]["QueueClean"];
                /** @description case number, record id or worker code */
                readonly q?: components["parameters"]["QueueText"];
                /** @description newest first */
                readonly newest?: components["parameters"]["QueueNewest"];
            };
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Their ids */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["RecordsBeside"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly listSubmissions: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The submissions */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SubmissionList"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getSubmission: {
        readonly parameters: {
            readonly query?: {
                /** @description a hash of the list; empty = the first */
                readonly hash?: string;
            };
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
                /** @description an instanceID, percent-encoded */
                readonly instance: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The XML */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/xml": string;
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly editURL: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["EditURLRequest"];
            };
        };
        readonly responses: {
            /** @description Where to go */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["EditURL"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly changeRecord: {
        readonly parameters: {
            readonly query?: never;
            readonly header: {
                /** @description the same key and body give the same answer again, another body is refused */
                readonly "Idempotency-Key": components["parameters"]["IdempotencyKey"];
            };
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["ChangeRequest"];
            };
        };
        readonly responses: {
            /** @description Written */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["OfficeResult"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly reviewRecord: {
        readonly parameters: {
            readonly query?: never;
            readonly header: {
                /** @description the same key and body give the same answer again, another body is refused */
                readonly "Idempotency-Key": components["parameters"]["IdempotencyKey"];
            };
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["ReviewRequest"];
            };
        };
        readonly responses: {
            /** @description Decided */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["OfficeResult"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly listEntityLists: {
        readonly parameters: {
            readonly query: {
                readonly street: components["schemas"]["StreetCode"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description All lists; there are few */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["EntityListList"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly entityListCSV: {
        readonly parameters: {
            readonly query?: {
                /** @description the mark of the answer before */
                readonly after?: string;
            };
            readonly header?: never;
            readonly path: {
                readonly name: components["parameters"]["ListName"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The list */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/csv": string;
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly listEntities: {
        readonly parameters: {
            readonly query: {
                readonly street: components["schemas"]["StreetCode"];
                /** @description only those the office should look at */
                readonly open?: boolean;
                /** @description `next` of the page before */
                readonly cursor?: components["parameters"]["Cursor"];
                readonly limit?: components["parameters"]["Limit"];
            };
            readonly header?: never;
            readonly path: {
                readonly name: components["parameters"]["ListName"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A page of entities */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["EntityPage"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getEntity: {
        readonly parameters: {
            readonly query: {
                readonly street: components["schemas"]["StreetCode"];
            };
            readonly header?: never;
            readonly path: {
                readonly name: components["parameters"]["ListName"];
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The entity */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["EntityView"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly decideEntity: {
        readonly parameters: {
            readonly query: {
                readonly street: components["schemas"]["StreetCode"];
            };
            readonly header: {
                /** @description the same key and body give the same answer again, another body is refused */
                readonly "Idempotency-Key": components["parameters"]["IdempotencyKey"];
            };
            readonly path: {
                readonly name: components["parameters"]["ListName"];
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["EntityDecision"];
            };
        };
        readonly responses: {
            /** @description Decided */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["EntityRow"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly listEntityFaults: {
        readonly parameters: {
            readonly query: {
                readonly street: components["schemas"]["StreetCode"];
                /** @description `next` of the page before */
                readonly cursor?: components["parameters"]["Cursor"];
                readonly limit?: components["parameters"]["Limit"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A page of faults */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["EntityFaultPage"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly dropEntityFault: {
        readonly parameters: {
            readonly query: {
                readonly street: components["schemas"]["StreetCode"];
            };
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Gone from the list */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly listQuarantine: {
        readonly parameters: {
            readonly query: {
                readonly street: components["schemas"]["StreetCode"];
                readonly status?: "waiting" | "quarantined";
                /** @description why */
                readonly code?: string;
                /** @description `next` of the page before */
                readonly cursor?: components["parameters"]["Cursor"];
                readonly limit?: components["parameters"]["Limit"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A page of lines */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["QuarantinePage"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly listLost: {
        readonly parameters: {
            readonly query: {
                readonly street: components["schemas"]["StreetCode"];
                /** @description `next` of the page before */
                readonly cursor?: components["parameters"]["Cursor"];
                readonly limit?: components["parameters"]["Limit"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A page, oldest report first */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["LostPage"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getQuarantined: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The line */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["QuarantinedLine"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly settleQuarantine: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["SettleRequest"];
            };
        };
        readonly responses: {
            /** @description Settled */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly listDuplicates: {
        readonly parameters: {
            readonly query: {
                readonly street: components["schemas"]["StreetCode"];
                readonly form?: string;
                /** @description those that are settled too */
                readonly settled?: boolean;
                /** @description `next` of the page before */
                readonly cursor?: components["parameters"]["Cursor"];
                readonly limit?: components["parameters"]["Limit"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A page of groups */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DuplicatePage"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getDuplicate: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description opaque */
                readonly id: components["parameters"]["LongID"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The group */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DuplicateGroup"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly settleDuplicate: {
        readonly parameters: {
            readonly query?: never;
            readonly header: {
                /** @description the same key and body give the same answer again, another body is refused */
                readonly "Idempotency-Key": components["parameters"]["IdempotencyKey"];
            };
            readonly path: {
                /** @description opaque */
                readonly id: components["parameters"]["LongID"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["DuplicateDecision"];
            };
        };
        readonly responses: {
            /** @description The group as it is now; without records where only one is left */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DuplicateGroup"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly withdraw: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["WithdrawalRequest"];
            };
        };
        readonly responses: {
            /** @description Erased */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly restrict: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["RestrictRequest"];
            };
        };
        readonly responses: {
            /** @description How many records it was about */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ImportResult"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly listErasures: {
        readonly parameters: {
            readonly query?: {
                /** @description `next` of the page before */
                readonly cursor?: components["parameters"]["Cursor"];
                readonly limit?: components["parameters"]["Limit"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A page of erasures */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErasurePage"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly requestErasure: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["ErasureRequest"];
            };
        };
        readonly responses: {
            /** @description Waits for a second administrator */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Erasure"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly confirmErasure: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Erasure"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly overview: {
        readonly parameters: {
            readonly query: {
                readonly street: components["schemas"]["StreetCode"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The overview */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Overview"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly coverage: {
        readonly parameters: {
            readonly query: {
                /** @description a street, village or grid */
                readonly within: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The coverage */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AreaCoverage"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly progress: {
        readonly parameters: {
            readonly query: {
                readonly street: components["schemas"]["StreetCode"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The workers */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ProgressList"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly summary: {
        readonly parameters: {
            readonly query?: {
                /** @description a form id; the street's first sentiment form when absent */
                readonly form?: string;
                /** @description a release's id: the frozen bytes */
                readonly release?: string;
            };
            readonly header?: never;
            readonly path: {
                readonly code: components["parameters"]["Street"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The summary */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": string;
                    readonly "text/html": string;
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly summaryHTML: {
        readonly parameters: {
            readonly query?: {
                readonly form?: string;
                readonly release?: string;
                readonly lang?: "zh" | "en";
            };
            readonly header?: never;
            readonly path: {
                readonly code: components["parameters"]["Street"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The page */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/html": string;
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly listReleases: {
        readonly parameters: {
            readonly query?: {
                /** @description `next` of the page before */
                readonly cursor?: components["parameters"]["Cursor"];
                readonly limit?: components["parameters"]["Limit"];
            };
            readonly header?: never;
            readonly path: {
                readonly code: components["parameters"]["Street"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A page of releases */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ReleasePage"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly createRelease: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly code: components["parameters"]["Street"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["ReleaseRequest"];
            };
        };
        readonly responses: {
            /** @description Released */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Release"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly draftRelease: {
        readonly parameters: {
            readonly query: {
                readonly form: string;
            };
            readonly header?: never;
            readonly path: {
                readonly code: components["parameters"]["Street"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The draft */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ReleaseDraft"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly listExports: {
        readonly parameters: {
            readonly query?: {
                /** @description `next` of the page before */
                readonly cursor?: components["parameters"]["Cursor"];
                readonly limit?: components["parameters"]["Limit"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A page of jobs */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ExportPage"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly createExport: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["ExportRequest"];
            };
        };
        readonly responses: {
            /** @description The job */
            readonly 202: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Export"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getExport: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The job */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Export"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly cancelExport: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Cancelled */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly exportFile: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["ID"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The bytes */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/octet-stream": string;
                };
            };
            /** @description A part */
            readonly 206: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/octet-stream": string;
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly listAudit: {
        readonly parameters: {
            readonly query?: {
                readonly actor?: string;
                readonly object?: string;
                readonly action?: string;
                readonly role?: components["schemas"]["Role"];
                /** @description ok, denied for everything else, or one code */
                readonly outcome?: string;
                readonly from?: string;
                readonly to?: string;
                /** @description `next` of the page before */
                readonly cursor?: components["parameters"]["Cursor"];
                readonly limit?: components["parameters"]["Limit"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A page of entries */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AuditPage"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly exportAudit: {
        readonly parameters: {
            readonly query?: {
                readonly actor?: string;
                readonly object?: string;
                readonly action?: string;
                readonly role?: components["schemas"]["Role"];
                readonly outcome?: string;
                readonly from?: string;
                readonly to?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The table */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/csv": string;
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly verifyAudit: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was found */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AuditVerdict"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly errorCatalogue: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The catalogue */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErrorCatalogue"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly healthz: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It does */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    readonly readyz: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Ready */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Health"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
}
