import type { DeviceType } from '@rollcall/client';
import type { IconName } from '../parts/Icon.js';

export const DEVICE_ICONS: Readonly<Record<DeviceType, IconName>> = {
  WEB: 'web',
  MOBILE: 'mobile',
  DESKTOP: 'desktop',
  PLUGIN: 'plugin',
  UNKNOWN: 'unknown',
};
