/** Where a system has its policy; the first that is there counts. */
export const policyPlaces = [
	'/etc/containers/policy.json',
	'/usr/share/containers/policy.json',
] as const;
