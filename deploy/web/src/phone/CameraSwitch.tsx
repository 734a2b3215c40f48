// The camera's switch: as big as it is important, and honest about what it does.

import { ask } from "../actions";
import { Icon } from "../parts/Icon";
import { settings, understands } from "../state";
import { t } from "../text";
import { beginWelcome } from "./Welcome";

export function CameraSwitch({ explained = false }: { explained?: boolean }) {
  const camera = settings.value?.camera;
  if (camera === undefined || !understands("camera")) return null;
  const wanted = camera === "off" ? "ON" : "OFF";
  return (
    <div class="camera-switch">
      {camera === "no consent" ? (
        <button type="button" class="wide" onClick={beginWelcome}>
          <Icon name="camera" />
          {t("welcome.allow")}
        </button>
      ) : (
        <button type="button" class="wide" onClick={() => void ask("camera", { camera: wanted })}>
          <Icon name={wanted === "OFF" ? "cameraOff" : "camera"} />
          {t(wanted === "OFF" ? "camera.turnOff" : "camera.turnOn")}
        </button>
      )}
      {(explained || camera !== "on") && <p class="quiet">{t(`camera.${camera}.body`)}</p>}
    </div>
  );
}
