/** The version of slipway; a test holds it equal to package.json's, which the bundle does not carry. */
export const version = '0.1.0';
