// English names of what the tables and findings hold under keys.
import { namesIn } from "../names";

export const NOT_MEASURED = "not measured";

export const ROUGE2SUM_LABEL = "ROUGE2SUM (the original's label; read as rougeLsum)";

export const names = namesIn("en");
