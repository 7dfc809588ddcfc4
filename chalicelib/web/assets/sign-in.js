import { call } from "./api.js";
import { readyForm } from "./form.js";
import { readyShowButtons } from "./password.js";
import { arrive, showWhy } from "./signed-in.js";
import { find } from "./words.js";

showWhy();
readyShowButtons();
readyForm(find("sign-in"), { send: async (values) => arrive(await call("POST", "/sessions", { body: values })) });
