import { onBeforeUnmount, ref, type Ref } from "vue";
import { canonical } from "../values/canonical.ts";

/** A fix as answers spell it: "lat lon alt acc", 7 places being a centimetre. */
export function pointOf(c: GeolocationCoordinates): string {
  const places = [c.latitude.toFixed(7), c.longitude.toFixed(7), (c.altitude ?? 0).toFixed(1), c.accuracy.toFixed(1)];
  return canonical("geopoint", places.join(" "));
}

export interface Position {
  /** Looking for it now. */
  readonly busy: Ref<boolean>;
  readonly fault: Ref<"" | "denied" | "none">;
  /** The best fix so far. */
  readonly fix: Ref<GeolocationCoordinates | undefined>;
  start(): void;
  stop(): void;
}

/** Follows the phone's position while it is looked for; the most accurate fix is kept. enough ends the search. */
export function usePosition(enough: (c: GeolocationCoordinates) => void): Position {
  const busy = ref(false);
  const fault = ref<"" | "denied" | "none">("");
  const fix = ref<GeolocationCoordinates>();
  let watching: number | undefined;

  function stop(): void {
    if (watching !== undefined) navigator.geolocation.clearWatch(watching);
    watching = undefined;
    busy.value = false;
  }

  function start(): void {
    stop();
    fault.value = "";
    fix.value = undefined;
    if (!("geolocation" in navigator)) {
      fault.value = "none";
      return;
    }
    busy.value = true;
    watching = navigator.geolocation.watchPosition((p) => {
      if (!fix.value || p.coords.accuracy <= fix.value.accuracy) fix.value = p.coords;
      enough(fix.value);
    }, (e) => {
      if (e.code === e.TIMEOUT && fix.value) return;
      stop();
      fault.value = e.code === e.PERMISSION_DENIED ? "denied" : "none";
    }, { enableHighAccuracy: true, maximumAge: 0, timeout: 60_000 });
  }

  onBeforeUnmount(stop);
  return { busy, fault, fix, start, stop };
}
