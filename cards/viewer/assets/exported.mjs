import { start } from "./app.mjs";
import { exported } from "./static.mjs";

start(exported);
