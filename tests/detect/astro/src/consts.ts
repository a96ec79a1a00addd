// Place any global data in this file.
export const SITE_TITLE = 'Low Orbit';
export const SITE_DESCRIPTION = 'Things that fall around the Earth';
