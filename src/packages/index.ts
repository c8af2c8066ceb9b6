/** The public door of packages/. Nothing outside the room imports its other files. */
export { type AddPackageOptions, addPackage } from './add-package.ts'
export { type InstallOptions, installPackages } from './install-packages.ts'
