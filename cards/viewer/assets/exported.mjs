import { start } from "./app.mjs";
import { exported } from "./static.mjs";

// For those who look at the data from the console of the browser.
globalThis.plurisetSource = exported;
start(exported);
