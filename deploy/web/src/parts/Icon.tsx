// Line drawings of our own, 24 px, in the colour of the text.

const PATHS = {
  back: "M14.5 5.5 8 12l6.5 6.5",
  box: "M4 6h16v10H4zM9 20h6M12 16v4",
  camera: "M4 8h10.500v8.500H4zM14.5 11l5.5-2.500v7l-5.5-2.5",
  cameraOff: "M4 8h6m4.5 0v4.500m0 4H4V8M14.5 11l5.5-2.500v7M3.5 3.500l17 17",
  check: "M5 12.5 10 17.5 19.5 7",
  close: "M6 6l12 12M18 6 6 18",
  download: "M12 4v11m-4.5-4L12 15.5 16.5 11M5 19.500h14",
  erase: "M5 7h14M9.5 7V4.500h5V7m-7.5 0 1 12.500h8l1-12.5",
  heart: "M12 19.500S4 14.7 4 9.300A4.3 4.3 0 0 1 12 7.200a4.3 4.3 0 0 1 8 2.100c0 5.4-8 10.2-8 10.200z",
  home: "M4 11.5 12 5l8 6.500M6 10v9h12v-9",
  link: "M10 6H5.500v12.500H18V14M13 5h6v6m0-6-8.5 8.5",
  moon: "M19 14.500A7.5 7.5 0 0 1 9.5 5 7.5 7.5 0 1 0 19 14.500z",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  picture: "M4.5 5.500h15v13h-15zM7 15.500l3.5-4 2.5 2.5 2-2 2.5 3.500M9 9.200h.01",
  play: "M8 5.5 18.5 12 8 18.500z",
  sliders: "M5 7h8m4 0h2M5 12h2m4 0h8M5 17h7m4 0h3M15 5v4M9 10v4M14 15v4",
  sparkle: "M12 4c.7 4.6 3.4 7.3 8 8-4.6.7-7.3 3.4-8 8-.7-4.6-3.4-7.3-8-8 4.6-.7 7.3-3.4 8-8z",
  star: "M12 4.500l2.3 4.9 5.2.7-3.8 3.7.9 5.300L12 16.600l-4.6 2.5.9-5.300L4.5 10.100l5.2-.700z",
  no: "M12 4.500a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15zM6.7 6.700l10.6 10.6",
} as const;
export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
