/** Connects before the views are there: what they show comes while they do. */

import { begin } from "./speaker.js";

begin();
