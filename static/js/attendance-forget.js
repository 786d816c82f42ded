// Nobody is logged in on this phone: the lists it kept are forgotten. The queue holds no names and
// stays, so that nothing that was tapped is lost.

import { forgetRegisters } from "./attendance-store.js";

if ("indexedDB" in window) forgetRegisters().catch(() => {});
